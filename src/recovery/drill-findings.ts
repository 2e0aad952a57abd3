import type { Finding, Outcome } from "../rehearsal/verdict.ts";
import { durationText, momentText, spanText, dayMs } from "../shared/duration.ts";
import type { KeptBackup, RestoredDatabase } from "./backup.ts";
import { isSound, momentOf } from "./choose-backup.ts";
import type { DamagedBackup } from "./drill-verdict.ts";
import { trialFault, type RestoredTrial } from "./try-restored.ts";
import { counted } from "../shared/words.ts";

/** What was promised, as far as a drill can hold it against something. */
export interface DrillPromises {
  readonly rtoMs: number | undefined;
  readonly rpoMs: number | undefined;
  /** How long backups are to be kept; `undefined` where none are declared. */
  readonly keepMs: number | undefined;
  /** Whether something writes a heartbeat into the database each minute. */
  readonly heartbeat: boolean;
  /** Since when the environment has been there. */
  readonly since: number | undefined;
}

export function damagedFinding({ id, why }: DamagedBackup): Finding {
  return { name: "restored", outcome: "fail", text: `backup ${id} could not be restored: ${why}` };
}

/** The restore itself has checked hashes and integrity; what is left is to hold its rows against what was counted when it was made. */
export function restoredFindings({ record, rows, stages }: RestoredDatabase): Finding[] {
  const parts = stages.map(({ name, durationMs }) => `${name} ${durationText(durationMs)}`).join(", ");
  const durationMs = stages.reduce((sum, stage) => sum + stage.durationMs, 0);
  return [
    {
      name: "restored",
      outcome: "pass",
      text: `backup ${record.id} of ${momentText(record.at)} in ${durationText(durationMs)} (${parts}), every hash as written`,
      durationMs,
    },
    { name: "integrity", outcome: "pass", text: "SQLite's own check of the whole file finds nothing" },
    rowsFinding(record.rows, rows),
  ];
}

function rowsFinding(
  written: Readonly<Record<string, number>>,
  rows: Readonly<Record<string, number>>,
): Finding {
  const tables = [...new Set([...Object.keys(written), ...Object.keys(rows)])].toSorted();
  const wrong = tables.filter((table) => written[table] !== rows[table]);
  const count = Object.values(rows).reduce((sum, one) => sum + one, 0);
  return wrong.length === 0
    ? {
        name: "rows",
        outcome: "pass",
        text: `${counted(count, "row")} in ${counted(tables.length, "table")}, as counted when the backup was made`,
      }
    : {
        name: "rows",
        outcome: "fail",
        text: `not as counted when the backup was made: ${wrong.join(", ")}`,
        details: wrong.map(
          (table) => `${table}: ${rows[table] ?? "no table"} instead of ${written[table] ?? "no table"}`,
        ),
      };
}

export function sealFinding(sealed: true | string): Finding {
  return sealed === true
    ? { name: "sealed off", outcome: "pass", text: "nothing of the drill could reach the network" }
    : { name: "sealed off", outcome: "not proven", text: sealed };
}

/**
 * Statements that the database refused are the data's fault. Without any, it may be the scratch environment that lacks something, such as
 * a service that the release asks; so it is not shown that the release runs, and no more.
 */
export function releaseFinding(trial: RestoredTrial): Finding {
  const fault = trialFault(trial);
  const durationMs = trial.stages.reduce((sum, stage) => sum + stage.durationMs, 0);
  const name = "release";
  if (fault !== undefined) {
    const outcome: Outcome = trial.statements.length > 0 ? "fail" : "not proven";
    const text = `${trial.release} on the restored data: ${fault.text}`;
    return { name, outcome, text, details: fault.details, durationMs };
  }
  const count = trial.answers.length;
  if (count === 0) {
    const text = `${trial.release} gets ready on the restored data; no smoke check asks it more`;
    return { name, outcome: "not proven", text, durationMs };
  }
  const text = `${trial.release} ready on the restored data, ${count} ${count === 1 ? "check" : "checks"} passed`;
  return { name, outcome: "pass", text, durationMs };
}

/** Recovery time, against its objective. */
export function timeFinding(measuredMs: number | undefined, { rtoMs }: DrillPromises): Finding {
  const name = "recovery time";
  if (measuredMs === undefined) {
    return { name, outcome: "not proven", text: "the release gave no right answer on the restored data" };
  }
  const took = `${durationText(measuredMs)} from the start to the last right answer`;
  if (rtoMs === undefined)
    return { name, outcome: "pass", text: `${took}; nothing is promised`, durationMs: measuredMs };
  const isKept = measuredMs <= rtoMs;
  return {
    name,
    outcome: isKept ? "pass" : "fail",
    text: `${took}, ${isKept ? "within" : "beyond"} the promised ${spanText(rtoMs)}`,
    durationMs: measuredMs,
  };
}

/** How old the newest data in the backup is, by the row that is written each minute; a manifest's own moment is a claim. */
export function ageFinding(
  { record, heartbeatAt }: Pick<RestoredDatabase, "record" | "heartbeatAt">,
  { rpoMs, heartbeat }: DrillPromises,
  now: number,
): { readonly finding: Finding; readonly ageMs: number } {
  const name = "age of the data";
  const ageMs = Math.max(0, now - (heartbeatAt ?? record.at));
  const by =
    heartbeatAt === undefined ? "by the moment that its manifest claims" : "by the heartbeat in the data";
  const age = `${spanText(ageMs)} ${by}`;
  if (rpoMs !== undefined && ageMs > rpoMs) {
    return {
      finding: { name, outcome: "fail", text: `${age}, beyond the promised ${spanText(rpoMs)}` },
      ageMs,
    };
  }
  const promised = rpoMs === undefined ? "; nothing is promised" : `, within the promised ${spanText(rpoMs)}`;
  if (heartbeatAt === undefined && heartbeat) {
    const text = `${age}${promised}; the heartbeat that should be written each minute is not in the data`;
    return { finding: { name, outcome: "not proven", text }, ageMs };
  }
  return { finding: { name, outcome: "pass", text: `${age}${promised}` }, ageMs };
}

/** Between two daily backups there is a day, so the oldest may be that much younger than the retention. */
const betweenTwoMs = dayMs;

/** Whether there is something to go back to as far back as is declared; of a young environment, as far back as it goes. */
export function retentionFinding(
  kept: readonly KeptBackup[],
  { keepMs, since }: DrillPromises,
  now: number,
): Finding[] {
  if (keepMs === undefined) return [];
  const name = "retention";
  const oldest = kept.find(isSound);
  const declared = `${spanText(keepMs)} are declared`;
  if (oldest === undefined) {
    return [{ name, outcome: "not proven", text: `there is no sound backup; ${declared}` }];
  }
  const point = `the oldest restorable point is ${oldest.id}, ${spanText(now - momentOf(oldest))} ago`;
  const isReached = momentOf(oldest) <= now - keepMs + betweenTwoMs;
  const isYoung = since !== undefined && since > now - keepMs;
  if (isReached) return [{ name, outcome: "pass", text: `${point}; ${declared}` }];
  const text = isYoung
    ? `${point}; ${declared}, and the environment is ${spanText(now - since)} old`
    : `${point}; ${declared}`;
  return [{ name, outcome: isYoung ? "pass" : "not proven", text }];
}
