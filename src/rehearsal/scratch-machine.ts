import type { EnvironmentPaths } from "../hosts/environment-paths.ts";
import type { MachineHost } from "../hosts/machine/machine-host.ts";

/** Who runs the processes of scratch environments, and keeps them to themselves; it differs by machine. */
export interface ScratchMachine {
  /** Whether the application has a user of its own: then it may write into folders only where its group may. */
  readonly hasOwnUser: boolean;
  /** Makes ready for a scratch environment whose folders are there. */
  open(paths: EnvironmentPaths, signal: AbortSignal): Promise<ScratchRunner>;
  /** Ends whatever runs in one, of a killed process too, and removes its folder. */
  remove(paths: EnvironmentPaths, signal: AbortSignal): Promise<void>;
}

export interface ScratchRunner {
  readonly host: MachineHost;
  /** Whether its commands can reach neither the network nor cozy's other folders; else why not. */
  readonly sealed: true | string;
  /** Before it instances can't be started: it takes a while, and the restore of a database has no need of it. */
  readonly ready: Promise<void>;
}
