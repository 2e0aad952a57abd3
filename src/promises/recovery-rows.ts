import type { DataHolder, RecoveryPromise } from "../project/project.ts";
import { isSound, momentOf } from "../recovery/choose-backup.ts";
import type { KeptBackup } from "../recovery/backup.ts";
import { durationText, ageText, spanText } from "../shared/duration.ts";
import { backedUp, holderWords } from "./data-holders.ts";
import { drilled, type Drilled } from "./drilled.ts";
import { isInFuture, unmeasured, type PromiseFacts, type PromiseRow } from "./promise.ts";

/** What was promised of the data: how soon it is back, how much of it may be lost, and what is not covered. */
export function recoveryRows(facts: PromiseFacts): PromiseRow[] {
  const { recovery } = facts.promises;
  if (recovery === undefined) return [];
  return [
    rtoRow(recovery, facts),
    rpoRow(recovery, facts),
    ...facts.holders.flatMap((holder) => holderRow(holder, recovery, facts) ?? []),
  ];
}

function rtoRow({ rtoMs }: RecoveryPromise, facts: PromiseFacts): PromiseRow {
  return rowOf("recovery.rto", rtoMs, drilled("recovery.rto", rtoMs, facts), facts);
}

/** Two things have to hold: a drill brought young enough data back, and the newest backup is young enough now. */
function rpoRow({ rpoMs }: RecoveryPromise, facts: PromiseFacts): PromiseRow {
  const { now, since, environment } = facts;
  const row = rowOf("recovery.rpo", rpoMs, drilled("recovery.rpo", rpoMs, facts), facts);
  const newest = newestBackup(facts);
  if (newest === undefined) {
    const age = since === undefined ? 0 : now - since;
    const none = "there is no sound backup, so nothing could be brought back";
    if (age > rpoMs) {
      const text = `${none}, and the environment is ${spanText(age)} old`;
      return { ...row, state: "broken", measured: undefined, text, next: `cozy backup ${environment}` };
    }
    const state = row.state === "broken" ? "broken" : "not proven";
    return { ...row, state, measured: undefined, text: none, next: `cozy backup ${environment}` };
  }
  const age = Math.max(0, now - momentOf(newest));
  const text = `the newest sound backup, ${newest.id}, is ${ageText(age)} old`;
  const measured = `newest backup ${ageText(age)} old`;
  if (age > rpoMs) {
    const tooOld = `${text}: older than ${spanText(rpoMs)}`;
    return { ...row, state: "broken", measured, text: tooOld, next: `cozy backup ${environment}` };
  }
  return { ...row, measured, text: `${text}; ${row.text}` };
}

function newestBackup({ kept, now }: PromiseFacts): KeptBackup | undefined {
  return kept
    .filter((backup) => isSound(backup) && !isInFuture(momentOf(backup), now))
    .reduce<KeptBackup | undefined>(
      (newest, one) => (newest === undefined || momentOf(one) >= momentOf(newest) ? one : newest),
      undefined,
    );
}

function rowOf(
  promise: "recovery.rto" | "recovery.rpo",
  declaredMs: number,
  { measuredMs, ...drill }: Drilled,
  { promises }: PromiseFacts,
): PromiseRow {
  return {
    promise,
    declared: spanText(declaredMs),
    measured: measuredMs === undefined ? undefined : durationText(measuredMs),
    limitMs: promises.recovery?.drillWithinMs,
    ...drill,
  };
}

/** Nothing of what is covered: the promise itself tells of that. */
function holderRow(
  holder: DataHolder,
  { notPromised }: RecoveryPromise,
  { backups, kept, environment }: PromiseFacts,
): PromiseRow | undefined {
  const row = { promise: `data.${holder}`, declared: "", limitMs: undefined, ...unmeasured } as const;
  const words = holderWords[holder];
  if (notPromised.includes(holder)) {
    const text = `left out by \`notPromised\`: ${words}`;
    return { ...row, state: "not promised", text, next: undefined };
  }
  if (!backedUp.includes(holder)) {
    const text = `nothing backs up ${words}, and nothing says that they are not covered`;
    const next = `Name "${holder}" in \`notPromised\` of environments.${environment}.promises.recovery.`;
    return { ...row, state: "not proven", text, next };
  }
  if (backups !== undefined || kept.length > 0) return undefined;
  const text = `nothing backs ${words} up`;
  return {
    ...row,
    state: "not proven",
    text,
    next: `Declare \`backups: {}\` in environments.${environment}.`,
  };
}
