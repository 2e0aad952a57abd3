import type { MachinePaths } from "../hosts/environment-paths.ts";
import type { OutputStream } from "./run-program.ts";
import type { Variables } from "./npm.ts";

/** What making artifacts needs from outside. */
export interface Workshop {
  readonly machine: MachinePaths;
  /** The deployer's own environment: for finding programs, the home folder and the way to the network. A build never sees it. */
  readonly env: Variables;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** A step has begun, in words for a progress line. */
  readonly onStep?: (text: string) => void;
  /** A line of a build or an installation, with secrets blotted out. */
  readonly onOutput?: (stream: OutputStream, line: string) => void;
}
