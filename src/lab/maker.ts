import { makeCgroup } from "./cgroup.ts";
import { labLayout } from "./lab-layout.ts";
import type { Command } from "./network-commands.ts";
import { runProgram, type ProgramOptions } from "./run-program.ts";
import { inCgroup } from "./start-in-cgroup.ts";

/** Carries out the commands that make a lab, as members of it: what is at work when cozy is killed ends with the lab. */
export interface Maker {
  /** Where cgroup v2 is mounted. */
  readonly cgroups: string;
  readonly cgroup: string;
  readonly run: (command: Command, options?: ProgramOptions) => Promise<string>;
}

export async function makerOf(lab: string, cgroups: string, signal: AbortSignal): Promise<Maker> {
  const cgroup = await makeCgroup(cgroups, `${labLayout(lab).cgroup}/maker`);
  return {
    cgroups,
    cgroup,
    run: (command, options) => runProgram(inCgroup(cgroup, command), signal, options),
  };
}

export async function inOrder(maker: Maker, commands: readonly Command[]): Promise<void> {
  for (const command of commands) await maker.run(command);
}
