import type { Plan } from "../release/plan.ts";
import { parseJournal, type Journal } from "./journal.ts";
import type { JournalStore } from "./journal-store.ts";

/** A deploy or rollback that came as far as moving traffic, whether it stayed in force or was taken back. */
export interface TrafficChange {
  readonly command: "deploy" | "rollback";
  readonly release: string;
  readonly startedAt: number;
  /** `undefined` while it goes on, or where it was cut off. */
  readonly endedAt: number | undefined;
}

/** Plans that are looked through for one that moved traffic; those that were refused before are passed over. */
const lookedThrough = 30;

export async function lastTrafficChange(store: JournalStore): Promise<TrafficChange | undefined> {
  for (const name of (await store.list()).slice(0, lookedThrough)) {
    const journal = await readable(store, name);
    const change = journal && changeOf(journal);
    if (change !== undefined) return change;
  }
  return undefined;
}

/** When the environment's first release was named current: since then it has served. */
export async function firstInForce(store: JournalStore): Promise<number | undefined> {
  return (await servingSince(store, [])).since;
}

/** Since when an environment has served, and each of its hosts: those that are not known to have are absent. */
export interface ServingSince {
  readonly since: number | undefined;
  readonly hosts: Readonly<Record<string, number>>;
}

/** Looks through deploys and joins from the first on, no further than it takes to know. */
export async function servingSince(store: JournalStore, hosts: readonly string[]): Promise<ServingSince> {
  let since: number | undefined;
  const found = new Map<string, number>();
  for (const name of (await store.list()).toReversed()) {
    if (since !== undefined && hosts.every((host) => found.has(host))) break;
    if (!name.includes("-deploy-") && !name.includes("-join-")) continue;
    const journal = await readable(store, name);
    for (const { host, at } of journal === undefined ? [] : namedCurrentIn(journal)) {
      since ??= at;
      if (!found.has(host)) found.set(host, at);
    }
  }
  return { since, hosts: Object.fromEntries(hosts.flatMap((host) => entryOf(found, host))) };
}

function entryOf(found: ReadonlyMap<string, number>, host: string): [string, number][] {
  const at = found.get(host);
  return at === undefined ? [] : [[host, at]];
}

const namesCurrent = "set-current@";

function namedCurrentIn({ entries }: Journal): { readonly host: string; readonly at: number }[] {
  return entries.flatMap((entry) =>
    entry.event === "done" && entry.operation.startsWith(namesCurrent)
      ? [{ host: entry.operation.slice(namesCurrent.length), at: entry.at }]
      : [],
  );
}

function changeOf({ header, entries }: Journal): TrafficChange | undefined {
  const { command, release } = header.plan;
  if (!movesTraffic(command)) return undefined;
  const moved = entries.some(
    (entry) => entry.event === "started" && entry.operation.startsWith("switch-routes"),
  );
  if (!moved) return undefined;
  const ended = entries.findLast(({ event }) => event === "ended");
  return { command, release, startedAt: header.startedAt, endedAt: ended?.at };
}

function movesTraffic(command: Plan["command"]): command is TrafficChange["command"] {
  return command === "deploy" || command === "rollback";
}

/** One that is damaged hides none of the others. */
async function readable(store: JournalStore, name: string): Promise<Journal | undefined> {
  try {
    return parseJournal(name, await store.read(name));
  } catch {
    return undefined;
  }
}
