import { rmSync } from "node:fs";
import { messageOf } from "../../shared/thrown.ts";
import { writeAtomically } from "../../shared/atomic-write.ts";
import type { Log } from "./event-log.ts";
import type { KeptState } from "./kept-state.ts";

/** Keeps the state file in step with what is so. A disk that takes nothing is a problem that is told, never an end. */
export interface StateWriter {
  /** Resolves when everything up to now is on the disk, or could not be put there: then `problem` says why. */
  readonly save: () => Promise<void>;
  readonly problem: () => string | undefined;
  /** Tries again what could not be written. */
  readonly retry: () => Promise<void>;
  /** Ends all writing. */
  close(): Promise<void>;
  remove(): void;
}

export function stateWriter(file: string, snapshot: () => KeptState, log: Log): StateWriter {
  let problem: string | undefined;
  let writing: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;
  let closed = false;

  const write = async (): Promise<void> => {
    // What changes from here on is for the next write.
    waiting = undefined;
    if (closed) return;
    try {
      await writeAtomically(file, `${JSON.stringify(snapshot())}\n`);
      if (problem !== undefined) log("state-written-again");
      problem = undefined;
    } catch (error) {
      const message = `the supervisor's state could not be written: ${messageOf(error)}`;
      if (problem === undefined) log("state-not-written", { message });
      problem = message;
    }
  };

  const save = (): Promise<void> => {
    waiting ??= writing = writing.then(write);
    return waiting;
  };

  return {
    save,
    problem: () => problem,
    retry: async () => {
      if (problem !== undefined) await save();
    },
    async close() {
      closed = true;
      await writing;
    },
    remove: () => rmSync(file, { force: true }),
  };
}
