import type { Backups, ScheduleTimes } from "../project/project.ts";
import { partsOfId } from "../recovery/backup-id.ts";
import { weeklyTimes } from "../recovery/backup-schedules.ts";
import { isSound, momentOf } from "../recovery/choose-backup.ts";
import { runsBetween } from "../schedules/times.ts";
import { momentText, spanText, dayMs } from "../shared/duration.ts";
import { unmeasured, type PromiseFacts, type PromiseRow } from "./promise.ts";

/**
 * That backups which should still be there are: the oldest of each store against how long they are said to be kept. A backup made too late
 * and one removed too early look the same, so where an old environment has young backups only, nothing is proven; one that evidence
 * names, and that is gone before its time, breaks the promise.
 */
export function retentionRow(backups: Backups, facts: PromiseFacts): PromiseRow {
  const { now, environment, missingStores } = facts;
  const stores = storesOf(backups);
  const findings = stores.map((store) => findingOf(store, facts));
  const [worst] = [...findings].sort((a, b) => order[a.state] - order[b.state]);
  const row: PromiseRow = {
    promise: "retention",
    declared: stores.map(({ words, keepMs }) => `${words}${spanText(keepMs)}`).join(", "),
    ...unmeasured,
    measured: findings.flatMap(({ measured }) => measured ?? []).join(", ") || undefined,
    measuredAt: now,
    ageMs: 0,
    limitMs: undefined,
    by: `cozy promises ${environment}`,
    state: worst?.state ?? "not proven",
    text: findings.map(({ text }) => text).join("; "),
    next: worst?.state === "kept" ? undefined : `cozy backups ${environment}`,
  };
  if (row.state === "broken" || missingStores.length === 0) return row;
  return {
    ...row,
    state: "not proven",
    text: `${missingStores.join(", ")} can't be looked into`,
    next: `cozy backups ${environment}`,
  };
}

interface Store {
  readonly name: "daily" | "weekly";
  readonly words: string;
  readonly keepMs: number;
  readonly when: ScheduleTimes;
}

interface Finding {
  readonly state: "kept" | "broken" | "not proven";
  readonly measured: string | undefined;
  readonly text: string;
}

const order = { broken: 0, "not proven": 1, kept: 2 } as const;

function storesOf({ keepMs, when, weekly }: Backups): Store[] {
  return [
    { name: "daily", words: "", keepMs, when },
    ...(weekly === undefined
      ? []
      : [{ name: "weekly", words: "weekly ", keepMs: weekly.keepMs, when: weeklyTimes(when) } as const]),
  ];
}

/** A backup takes a while, and a machine may be off at its time. */
const slackMs = 3_600_000;

function findingOf(store: Store, facts: PromiseFacts): Finding {
  const { name, words, keepMs, when } = store;
  const { now, since, kept } = facts;
  const gone = goneEarly(store, facts);
  if (gone !== undefined) return { state: "broken", measured: undefined, text: gone };
  if (since === undefined)
    return { state: "not proven", measured: undefined, text: "no release was in force yet" };
  const begin = Math.max(now - keepMs, since);
  const due = begin + longestGap(when, now) + slackMs;
  const sound = kept.filter((backup) => backup.store === name && isSound(backup)).map(momentOf);
  if (sound.length === 0) {
    const text = `there is no ${name} backup yet`;
    // The first of the weekly ones is not due on the first day.
    return { state: name === "weekly" && now <= due ? "kept" : "not proven", measured: undefined, text };
  }
  const oldest = Math.min(...sound);
  const measured = `${words}oldest ${spanText(now - oldest)}`;
  const text = `the oldest ${words}backup is of ${momentText(oldest)}`;
  if (oldest > due) {
    const age = `${text}, and the environment is ${spanText(now - since)} old: earlier ones were not made, or are gone`;
    return { state: "not proven", measured, text: age };
  }
  if (since <= now - keepMs) return { state: "kept", measured, text };
  const later = `${text}; the environment is ${spanText(now - since)} old, so ${spanText(keepMs)} can be seen from ${momentText(since + keepMs)} on`;
  return { state: "kept", measured, text: later };
}

/** A backup that was there, as evidence says, and should still be. */
function goneEarly(
  { name, keepMs }: Store,
  { evidence, kept, now, missingStores }: PromiseFacts,
): string | undefined {
  if (missingStores.length > 0) return undefined;
  const there = new Set(kept.map(({ id }) => id));
  for (const { backup, at, by } of Object.values(evidence).flatMap((measurements) => measurements ?? [])) {
    const parts = backup === undefined ? undefined : partsOfId(backup);
    if (backup === undefined || parts === undefined || there.has(backup)) continue;
    // Of those before a deploy only so many are kept where deploys are many.
    if (parts.class !== name || now - parts.at > keepMs - slackMs) continue;
    return `${backup} is gone after ${spanText(now - parts.at)}: it was there for ${by} on ${momentText(at)}`;
  }
  return undefined;
}

/** The longest time between two starts, as far as two weeks show it. */
function longestGap(when: ScheduleTimes, now: number): number {
  if (when.kind === "every") return when.everyMs;
  const { times } = runsBetween(when, now - 15 * dayMs, now, 50_000);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
  return gaps.length === 0 ? 15 * dayMs : Math.max(...gaps);
}
