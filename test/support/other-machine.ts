import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { FleetSandbox } from "./fleet.ts";
import { startProgram, type RunningProgram } from "./running-program.ts";
import { cozyBinary } from "./sandbox.ts";

const run = promisify(execFile);

/** Somewhere cozy is run from. */
export interface Machine {
  readonly project: string;
  start(args: readonly string[], env?: NodeJS.ProcessEnv): RunningProgram;
  /** Gets what the first machine has committed. */
  pull(): Promise<void>;
}

export interface OtherMachineOptions {
  readonly name?: string;
  /** cozy's home there; one of its own where absent. */
  readonly home?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export function firstMachine({ project, env }: FleetSandbox): Machine {
  return {
    project,
    start: (args, more) =>
      startProgram([process.execPath, cozyBinary, ...args], { cwd: project, env: { ...env, ...more } }),
    pull: async () => undefined,
  };
}

/**
 * A machine from which somebody else deploys: a clone of the project, and nothing of cozy's from the first one. cozy meets another name,
 * another boot, another home and no connections there, so whether a process of the first machine still lives can't be known from it.
 */
export async function otherMachine(
  fleet: FleetSandbox,
  { name = "elsewhere", home, env: more }: OtherMachineOptions = {},
): Promise<Machine> {
  const root = join(dirname(fleet.project), name);
  const at = (folder: string) => join(root, folder);
  const project = at("project");
  await mkdir(at("connections"), { recursive: true, mode: 0o700 });
  await mkdir(ownConnections, { recursive: true, mode: 0o700 });
  await writeFile(at("boot"), "00000000-0000-4000-8000-000000000000\n");
  await fleet.commit({}, "the pinned keys");
  await run("git", ["clone", "-q", fleet.project, project], { env: fleet.env });
  const env = { ...fleet.env, COZY_HOME: home ?? at("home"), ...more };
  const words = [elsewhere, name, at("boot"), at("connections"), ownConnections];
  const prefix = ["unshare", "--uts", "--mount", "/bin/sh", "-ec", ...words];
  return {
    project,
    start: (args, once) =>
      startProgram([...prefix, process.execPath, cozyBinary, ...args], {
        cwd: project,
        env: { ...env, ...once },
      }),
    pull: async () => void (await run("git", ["pull", "-q"], { cwd: project, env })),
  };
}

/** Where cozy keeps its connections, for the user that runs labs. */
const ownConnections = `/tmp/cozy-ssh-${process.getuid?.() ?? 0}`;

const elsewhere = `
hostname "$0"
mount --bind "$1" /proc/sys/kernel/random/boot_id
mount --bind "$2" "$3"
shift 3
exec "$@"
`;
