import type { ChildProcess } from "node:child_process";
import type { LastExit } from "../instance.ts";
import { identify, isAlive, type ProcessIdentity } from "../process-identity.ts";
import { send } from "./process-group.ts";
import type { Watch } from "./watch.ts";

/** A process that this supervisor started or took over; both are ended and waited for in the same way. */
export interface RunningProcess {
  readonly identity: ProcessIdentity;
  /** Resolves when the process is gone, whoever ended it. */
  readonly ended: Promise<LastExit>;
  signal(name: NodeJS.Signals): void;
  /** Kills it and every process of its group. */
  killGroup(): void;
  /** Says that someone waits for its end, so that one that is no child is looked at often. */
  hurry(): void;
}

/** A child tells its end by itself, and keeps its pid until it has. */
export function childProcess(child: ChildProcess, pid: number, now: () => number): RunningProcess {
  let gone = false;
  const ended = new Promise<LastExit>((resolve) => {
    child.once("exit", (code, signal) => {
      gone = true;
      resolve({ code, signal, at: now() });
    });
  });
  return {
    // One that has ended already has no mark any more, and its end is about to be told.
    identity: identify(pid) ?? { pid, mark: "ended" },
    ended,
    signal: (name) => gone || send(pid, name),
    killGroup: () => gone || send(-pid, "SIGKILL") || send(pid, "SIGKILL"),
    hurry: () => {},
  };
}

/** A process of an earlier supervisor: its end is seen by looking, and how it ended stays unknown. */
export function adoptedProcess(identity: ProcessIdentity, watch: Watch, now: () => number): RunningProcess {
  const watched = watch.add(identity);
  const { pid } = identity;
  return {
    identity,
    ended: watched.gone.then((): LastExit => ({ code: null, signal: null, at: now() })),
    signal: (name) => isAlive(identity) && send(pid, name),
    killGroup: () => isAlive(identity) && (send(-pid, "SIGKILL") || send(pid, "SIGKILL")),
    hurry: () => watched.hurry(),
  };
}
