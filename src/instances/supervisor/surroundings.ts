import type { Timing } from "../supervisor-settings.ts";
import type { Log } from "./event-log.ts";
import type { Watch } from "./watch.ts";

/** What everything in the supervisor is given. */
export interface Surroundings {
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly timing: Timing;
  readonly log: Log;
  readonly watch: Watch;
  /** Something that is kept has changed; resolves when it is on the disk. */
  readonly save: () => Promise<void>;
  /** A successor is about to begin: nothing is started any more. */
  readonly isLeaving: () => boolean;
}
