import type { PlannedOperation } from "../release/plan.ts";
import type { JournalEvent } from "./journal.ts";
import type { OpenJournal } from "./journal-store.ts";
import { note, type OperationState } from "./plan-progress.ts";

/** The journal of a plan on its way. What it says of operations is in the progress as well. */
export interface RunJournal {
  /** Resolves when the start of these is on the disk; throws where that can't be, or where an earlier entry could not be written. */
  begin(operations: readonly PlannedOperation[]): Promise<void>;
  /** Writes the start of what comes next while something else goes on, so that nobody waits for it then. */
  announce(operations: readonly PlannedOperation[]): void;
  /** Written while the work goes on, and in order: whatever begins next is on the disk after it. Resolves when it is. */
  keep(event: JournalEvent): Promise<void>;
  /** Waits for all that is being written; throws where some of it could not be. */
  written(): Promise<void>;
  /** Undoing goes on where the journal can't be written any more; whoever aborts after a crash undoes the same again. */
  recordIfPossible(event: JournalEvent): Promise<void>;
  close(): Promise<void>;
}

export interface RunJournalParts {
  readonly journal: OpenJournal;
  readonly progress: Map<string, OperationState>;
  /** Aborts when nothing may be written any more. */
  readonly stopped: AbortSignal;
  /** Told once, should the journal fail where that stops nothing. */
  readonly onTrouble: (error: unknown) => void;
  /** Operations whose start is on the disk already. */
  readonly announced?: readonly PlannedOperation[];
}

export function runJournal(parts: RunJournalParts): RunJournal {
  const { journal, progress, stopped, onTrouble } = parts;
  const ahead = new Map((parts.announced ?? []).map(({ id }) => [id, Promise.resolve()]));
  let writing: Promise<unknown> = Promise.resolve();
  let fault: { readonly error: unknown } | undefined;
  let told = false;

  /** Entries are sent in the order of the calls, and land in it. */
  const write = (event: JournalEvent): Promise<void> => {
    if (stopped.aborted) return Promise.reject(stopped.reason);
    const written = journal.record(event);
    writing = Promise.all([writing, written.catch(() => undefined)]);
    return written;
  };
  const begun = async ({ id }: PlannedOperation): Promise<void> => {
    const event = { event: "started", operation: id } as const;
    const announced = ahead.get(id);
    ahead.delete(id);
    const written = write(event);
    if (announced === undefined) await written;
    else {
      // Its start is known; this entry only says when it really was.
      written.catch(() => undefined);
      await announced;
    }
    note(progress, event);
  };
  const throwFault = () => {
    if (fault !== undefined) throw fault.error;
  };

  return {
    async begin(operations) {
      stopped.throwIfAborted();
      throwFault();
      await Promise.all(operations.map(begun));
      throwFault();
    },
    announce(operations) {
      for (const { id } of operations) {
        const written = write({ event: "started", operation: id });
        written.catch(() => undefined);
        ahead.set(id, written);
      }
    },
    async keep(event) {
      note(progress, event);
      try {
        await write(event);
      } catch (error) {
        if (!stopped.aborted) fault ??= { error };
      }
    },
    async written() {
      await writing;
      throwFault();
    },
    async recordIfPossible(event) {
      if (stopped.aborted) return;
      note(progress, event);
      try {
        await write(event);
      } catch (error) {
        if (!told && !stopped.aborted) onTrouble(error);
        told = true;
      }
    },
    async close() {
      await writing;
      await journal.close();
    },
  };
}
