import type { Plan, PlannedOperation } from "../release/plan.ts";
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
  /** Makes a journal whose first lines are whole or which isn't there at all; the first of them is its header. */
  create(name: string, lines: string): Promise<JournalFile>;
  /** Opens one to go on with it, cutting off what stands after `wholeBytes`. */
  reopen(name: string, wholeBytes: number): Promise<JournalFile>;
}

export interface JournalFile {
  /** Resolves when the lines are on the disk, all or none; they land in the order of the calls, also where none waits for the one before. */
  append(lines: string): Promise<void>;
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

/** `first`: operations whose start is written with the header, so that they can begin at once. */
export async function startJournal(
  plan: Plan,
  occasion: Occasion,
  writing: Writing,
  first: readonly PlannedOperation[] = [],
): Promise<OpenJournal> {
  const { store, token, now } = writing;
  const startedAt = now();
  const header: JournalHeader = { format: 1, plan, ...occasion, startedAt, token };
  const name = journalName(plan, startedAt);
  const starts = first.map(({ id }) => ({ at: startedAt, token, event: "started", operation: id }));
  const lines = [header, ...starts].map((line) => JSON.stringify(line)).join("\n");
  return opened(name, await store.create(name, lines), writing);
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
  let waiting: string[] = [];
  let sending: Promise<void> | undefined;
  const send = () => {
    const lines = waiting.join("\n");
    waiting = [];
    sending = undefined;
    return file.append(lines);
  };
  return {
    name,
    record(event) {
      waiting.push(JSON.stringify({ at: now(), token, ...event }));
      // What many hosts have to say at one moment goes as one.
      sending ??= Promise.resolve().then(send);
      return sending;
    },
    close: () => file.close(),
  };
}
