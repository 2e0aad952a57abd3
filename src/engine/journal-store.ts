import type { Plan } from "../release/plan.ts";
import {
  journalName,
  looksEnded,
  parseJournal,
  type Journal,
  type JournalEvent,
  type JournalHeader,
} from "./journal.ts";
import type { Who } from "./who.ts";

/** Where the journals of an environment are kept: a folder, later an S3 bucket. It moves text and knows nothing of its meaning. */
export interface JournalStore {
  /** Names, newest first. */
  list(): Promise<readonly string[]>;
  read(name: string): Promise<string>;
  /** Makes a journal whose header is whole or which isn't there at all. */
  create(name: string, header: string): Promise<JournalFile>;
  /** Opens one to go on with it, cutting off what stands after `wholeBytes`. */
  reopen(name: string, wholeBytes: number): Promise<JournalFile>;
}

export interface JournalFile {
  /** Resolves when the line is on the disk; lines land in the order of the calls. */
  append(line: string): Promise<void>;
  close(): Promise<void>;
}

/** A journal that is being written. */
export interface OpenJournal {
  readonly name: string;
  record(event: JournalEvent): Promise<void>;
  close(): Promise<void>;
}

/** What a plan's carrying out says of itself; the rest of the header follows from it. */
export type Occasion = Pick<JournalHeader, "who" | "commits" | "reason" | "cozy">;

export interface Writing {
  readonly store: JournalStore;
  /** The fencing token that entries are written under. */
  readonly token: number;
  readonly now: () => number;
}

export async function startJournal(plan: Plan, occasion: Occasion, writing: Writing): Promise<OpenJournal> {
  const startedAt = writing.now();
  const header: JournalHeader = { format: 1, plan, ...occasion, startedAt, token: writing.token };
  const name = journalName(plan, startedAt);
  return opened(name, await writing.store.create(name, JSON.stringify(header)), writing);
}

/** Goes on with a journal that was left unfinished; what a crash cut off in the middle is dropped, and that is noted. */
export async function takeUpJournal(
  journal: Journal,
  by: "resume" | "abort",
  who: Who,
  writing: Writing,
): Promise<OpenJournal> {
  const file = await writing.store.reopen(journal.name, journal.wholeBytes);
  const open = opened(journal.name, file, writing);
  await open.record({ event: "taken-up", by, who });
  if (journal.tornBytes > 0) await open.record({ event: "note", text: tornText(journal) });
  return open;
}

/** What to tell of a journal whose last line was cut off. */
export function tornText(journal: Journal): string {
  return `the last line of ${journal.name} had been cut off in the middle of a write (${journal.tornBytes} bytes), nothing was built on it`;
}

/**
 * How many journals are looked through: a plan is only begun when none is unfinished, so it is the newest, unless the clock was set
 * back in between.
 */
const recent = 20;

/** The newest journal without a closing entry: a deployer was killed, lost its lease or was stopped half-way. */
export async function unfinishedJournal(store: JournalStore): Promise<Journal | undefined> {
  for (const name of (await store.list()).slice(0, recent)) {
    const text = await store.read(name);
    if (looksEnded(text)) continue;
    const journal = parseJournal(name, text);
    if (!journal.entries.some((entry) => entry.event === "ended")) return journal;
  }
  return undefined;
}

/** The newest `count` journals; one that can't be read stands as its error, so that it hides none of the others. */
export async function history(store: JournalStore, count: number): Promise<(Journal | UnreadableJournal)[]> {
  const names = (await store.list()).slice(0, count);
  return Promise.all(
    names.map(async (name) => {
      try {
        return parseJournal(name, await store.read(name));
      } catch (error) {
        return { name, error };
      }
    }),
  );
}

export interface UnreadableJournal {
  readonly name: string;
  readonly error: unknown;
}

function opened(name: string, file: JournalFile, { token, now }: Writing): OpenJournal {
  return {
    name,
    record: (event) => file.append(JSON.stringify({ at: now(), token, ...event })),
    close: () => file.close(),
  };
}
