import type { Json } from "../shared/json.ts";

/**
 * What a command will do, as data: `cozy plan` prints it, `cozy deploy` carries it out, the journal keeps it, `cozy resume` goes on
 * with it. Operations name their kind; the code of a kind is found by `operations/index.ts`.
 */
export interface Plan {
  readonly format: 1;
  readonly command:
    | "deploy"
    | "rollback"
    | "scale"
    | "restore"
    | "join"
    | "leave"
    | "move-keeper"
    | "maintenance";
  /** What it is about beside the release: `web=3`, a backup's id, `on` or `off`, the hosts that join, the new keeper. */
  readonly subject?: string | undefined;
  readonly project: string;
  readonly environment: string;
  /** The release that serves afterwards. */
  readonly release: string;
  /** The release that served before, if any. */
  readonly previous: string | undefined;
  readonly commit: string;
  /** Hosts of the environment that could not be reached and were left out. */
  readonly without?: readonly string[] | undefined;
  readonly phases: readonly Phase[];
}

/** A barrier over the fleet: the next phase begins when every operation of this one has ended. */
export interface Phase {
  readonly name: string;
  readonly title: string;
  /** From the first such phase on the release is in force and proven: a failure is told, and nothing is taken back. */
  readonly committed: boolean;
  readonly operations: readonly PlannedOperation[];
}

export interface PlannedOperation {
  /** Unique in the plan: `switch-routes@this-machine`. */
  readonly id: string;
  readonly kind: string;
  readonly host: string;
  readonly title: string;
  readonly input: Json;
}
