import { ansible } from "./ansible.ts";
import { capistrano } from "./capistrano.ts";
import { cozy } from "./cozy.ts";
import { shell } from "./shell.ts";
import type { Stage } from "./stage.ts";

/** A way to bring a commit to all hosts, and back. */
export interface Contestant {
  readonly name: string;
  /** The port of its site on each host. */
  readonly port: number;
  /** Once, before the first deploy. */
  setUp(stage: Stage): Promise<void>;
  deploy(stage: Stage, commit: string): Promise<Told>;
  /** Back to the commit before. */
  rollBack(stage: Stage, commit: string): Promise<Told>;
  /** Takes its site away, so that the next one has the hosts for itself. */
  takeDown(stage: Stage): Promise<void>;
}

/** What a contestant tells of its own work: by operation, the longest over the hosts, in milliseconds. */
export type Told = Readonly<Record<string, number>>;

export const contestants: Readonly<Record<string, () => Contestant>> = { cozy, shell, capistrano, ansible };
