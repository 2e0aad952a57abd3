import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { fenced, readLease, type LeasePlace } from "../../engine/lease-store.ts";
import { lastOwner } from "../../instances/ownership.ts";
import { shutdown, supervisorState, type SupervisorAddress } from "../../instances/supervisor-client.ts";
import { whoRuns } from "../../instances/who-runs.ts";
import type { Environment } from "../../project/project.ts";
import { runFolderName, shortRunFolder } from "../../routing/run-folder.ts";
import type { EnvironmentPaths, MachinePaths } from "../environment-paths.ts";
import { machineHost, type MachineHost, type Seal, type Supervision } from "../machine/machine-host.ts";
import { embeddedInstances } from "./embedded-instances.ts";
import { embeddedProxy } from "./embedded-proxy.ts";
import { logFileLogs } from "./log-file-logs.ts";
import { proofTokenFile, runPlaces } from "./places.ts";

export interface ThisMachineParts {
  readonly machine: MachinePaths;
  readonly paths: EnvironmentPaths;
  readonly lease: LeasePlace;
  readonly environment: Pick<Environment, "database" | "media" | "target">;
  readonly now: () => number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  readonly version: string;
  readonly seal?: Seal | undefined;
}

/** The host that cozy itself runs on. */
export interface ThisMachine extends MachineHost {
  /** Replaces a supervisor that speaks only an older format; none, or one that can be asked, is left alone. */
  replaceOlderSupervisor(signal: AbortSignal): Promise<void>;
}

/** Without root and with nothing to install: an embedded supervisor and an embedded proxy a environment. */
export async function thisMachine(parts: ThisMachineParts): Promise<ThisMachine> {
  const { machine, paths, environment, now, homeFolder, seal } = parts;
  const places = runPlaces(
    existsSync(paths.run) ? await shortRunFolder(paths.run) : runFolderName(paths.run),
  );
  const at: SupervisorAddress = { folder: paths.supervisor, controlSocket: places.supervisorSocket };

  // What starts programs is loaded when it is needed: `cozy status` starts nothing, and is to answer at once.
  const supervision: Supervision = {
    async look(signal) {
      const state = await supervisorState(at, signal);
      return {
        supervised: state !== undefined,
        problem: state?.problem,
        instances: state?.instances ?? [],
      };
    },
    async ensure(proxy, signal) {
      const { ensureAgents } = await import("./ensure-agents.ts");
      return ensureAgents({ ...parts, places, proxy }, signal);
    },
    async stop(signal) {
      // One that was killed together with its keeper has left instances that only a new one can end.
      if (lastOwner(paths.supervisor).fate === "died") {
        const { ensureSupervisorOnly } = await import("./ensure-agents.ts");
        await ensureSupervisorOnly({ ...parts, places }, signal);
      }
      await shutdown(at, signal);
      // The short name is made again when it is needed; nothing of a stopped environment stays outside its folder.
      if (places.run !== paths.run) await rm(places.run, { force: true });
    },
  };

  const host = machineHost({
    name: "this-machine",
    machine,
    paths,
    runFolder: places.run,
    environment,
    homeFolder,
    now,
    instances: embeddedInstances(at, paths),
    supervision,
    proxy: embeddedProxy({
      places,
      ...listening(environment),
      tokenFile: proofTokenFile(paths),
      ensure: async (settings, signal) => (await supervision.ensure(settings, signal)).proxy,
    }),
    logs: logFileLogs(paths.logs),
    async runOnce(request, signal) {
      const { runOnce } = await import("./run-once.ts");
      return runOnce(request, signal);
    },
    async agentFiles(signal) {
      const { agentFiles } = await import("./ensure-agents.ts");
      return agentFiles(parts, signal);
    },
    fenced: (token, action) => fenced(parts.lease, token, action),
    // The lease lies here: it is its own fence.
    raiseFence: async (token) => Math.max(token, (await readLease(parts.lease))?.token ?? 0),
    seal,
  });
  return {
    ...host,
    async replaceOlderSupervisor(signal) {
      if ((await whoRuns(at, signal)).kind !== "foreign") return;
      const { ensureSupervisorOnly } = await import("./ensure-agents.ts");
      await ensureSupervisorOnly({ ...parts, places }, signal);
    },
  };
}

/** A scratch environment stands in for one on servers too, and has no proxy that could be asked. */
function listening({ target }: Pick<Environment, "target">): { address: string; port: number } {
  return target.kind === "this-machine" ? target : { address: "127.0.0.1", port: 0 };
}
