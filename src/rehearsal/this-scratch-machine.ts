import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { leaseFolder } from "../engine/lease-folder.ts";
import type { EnvironmentPaths, MachinePaths } from "../hosts/environment-paths.ts";
import { ensureSupervisorOnly } from "../hosts/this-machine/ensure-agents.ts";
import { runPlaces } from "../hosts/this-machine/places.ts";
import { thisMachine, type ThisMachine } from "../hosts/this-machine/this-machine.ts";
import type { Environment } from "../project/project.ts";
import { shortRunFolder } from "../routing/run-folder.ts";
import type { ScratchMachine } from "./scratch-machine.ts";
import { sealFor, type Seal } from "./scratch-seal.ts";

export interface ThisScratchMachineParts {
  readonly environment: Environment;
  readonly machine: MachinePaths;
  readonly now: () => number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  readonly version: string;
}

/** This machine: each scratch environment has a supervisor of its own, and its commands are sealed where the system can. */
export function thisScratchMachine(parts: ThisScratchMachineParts): ScratchMachine {
  const { machine, env, now, version } = parts;
  return {
    hasOwnUser: false,
    async open(paths, signal) {
      const request = { own: paths.root, protect: protectedFolders(parts), ...whoWeAre() };
      const [run, seal] = await Promise.all([shortRunFolder(paths.run), sealFor(request, signal)]);
      const host = await hostOf(parts, paths, seal);
      const asked = { machine, paths, places: runPlaces(run), version, env, now };
      const ready = ensureSupervisorOnly(asked, signal).then(() => undefined);
      return { host, sealed: seal.sealed, ready };
    },
    async remove(paths, signal) {
      // Its supervisor is known by the records that it keeps there.
      const host = await hostOf(parts, paths, undefined);
      await host.stopAgents(signal);
      await rm(paths.root, { recursive: true, force: true });
    },
  };
}

/** All that cozy keeps, the environment's own stores of backups among it. */
function protectedFolders({ machine, environment: { backups } }: ThisScratchMachineParts): string[] {
  const stores = [backups?.store?.path, backups?.weekly?.store.path].filter((path) => path !== undefined);
  return [machine.home, ...stores.filter((path) => existsSync(path))];
}

function whoWeAre() {
  return { platform: process.platform, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}

function hostOf(
  parts: ThisScratchMachineParts,
  paths: EnvironmentPaths,
  seal: Seal | undefined,
): Promise<ThisMachine> {
  const { environment } = parts;
  const lease = { environment: environment.name, store: leaseFolder(paths.lease) };
  return thisMachine({ ...parts, paths, lease, environment, seal });
}
