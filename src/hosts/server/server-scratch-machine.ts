import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { CozyError, systemCode } from "../../errors/cozy-error.ts";
import { runProgram } from "../../instances/systemd/program.ts";
import { endSealed, runOnce, type OnceParts } from "../../instances/systemd/run-once.ts";
import { sealedDropIn } from "../../instances/systemd/unit-names.ts";
import type { Environment } from "../../project/project.ts";
import type { ScratchMachine } from "../../rehearsal/scratch-machine.ts";
import { noProxy } from "../../routing/no-proxy.ts";
import type { EnvironmentPaths } from "../environment-paths.ts";
import { machineHost, type MachineHost } from "../machine/machine-host.ts";
import type { ReleaseAgents } from "../machine/release-agents.ts";
import type { ServerLayout } from "../server-layout.ts";
import { logFileLogs } from "../this-machine/log-file-logs.ts";
import { sealedInstances } from "./sealed-instances.ts";

export interface ServerScratchParts {
  readonly layout: ServerLayout;
  readonly environment: Pick<Environment, "name" | "database" | "media">;
  readonly now: () => number;
  readonly agents: ReleaseAgents;
}

/** A server: systemd seals the commands of scratch environments, and the application's user runs them. */
export function serverScratchMachine(parts: ServerScratchParts): ScratchMachine {
  return {
    hasOwnUser: true,
    async open(paths) {
      if (!existsSync(sealedDropIn(parts.layout.id))) throw notSetUp(parts);
      return { host: hostOf(parts, paths), sealed: true, ready: Promise.resolve() };
    },
    async remove(paths, signal) {
      const once = onceParts(parts, paths);
      await endSealed(once, namesOf(paths), signal);
      try {
        await rm(paths.root, { recursive: true, force: true });
      } catch (error) {
        if (!["EACCES", "EPERM", "ENOTEMPTY"].includes(systemCode(error) ?? "")) throw error;
        await removeAsApplication(once, paths, signal);
        await rm(paths.root, { recursive: true, force: true });
      }
    },
  };
}

function hostOf(parts: ServerScratchParts, paths: EnvironmentPaths): MachineHost {
  const { layout, environment, now, agents } = parts;
  const once = onceParts(parts, paths);
  const instances = sealedInstances(once, paths.logs);
  return machineHost({
    name: "this-server",
    machine: layout.machine,
    paths,
    runFolder: join(layout.scratch, basename(paths.root), "run"),
    environment,
    homeFolder: paths.root,
    now,
    instances,
    supervision: {
      look: async (signal) => ({ supervised: true, instances: await instances.list(signal) }),
      ensure: async () => ({ supervisor: "was running", proxy: "was running" }),
      stop: async (signal) => endSealed(once, namesOf(paths), signal),
    },
    proxy: noProxy,
    logs: logFileLogs(paths.logs),
    runOnce: (request, signal) => runOnce(once, request, signal),
    agentFiles: async () => agents,
    // Nothing switches traffic here.
    fenced: async (_, action) => action(),
    raiseFence: async (token) => token,
    hasOwnUser: true,
  });
}

/** What the commands of one scratch environment are called: they are ended by it, whoever started them. */
function namesOf(paths: EnvironmentPaths): string {
  return `${basename(paths.root)}-`;
}

function onceParts(
  { layout, now }: Pick<ServerScratchParts, "layout" | "now">,
  paths: EnvironmentPaths,
): OnceParts {
  const newName = () => `${namesOf(paths)}${randomBytes(6).toString("hex")}`;
  return { layout, run: runProgram, newName, now, sealed: true };
}

/** Folders that a command made for its own user alone can be emptied by nobody else. */
async function removeAsApplication(
  once: OnceParts,
  paths: EnvironmentPaths,
  signal: AbortSignal,
): Promise<void> {
  const command = ["/usr/bin/find", paths.root, "-mindepth", "2", "-delete"];
  const limits = { memoryBytes: undefined, openFiles: undefined };
  await runOnce(once, { command, folder: "/", variables: { LC_ALL: "C.UTF-8" }, limits }, signal);
}

function notSetUp({ environment }: ServerScratchParts): CozyError {
  return new CozyError("control-refused", {
    message: "This server was set up by a cozy that tried nothing on restored data yet.",
    state: "Nothing was changed.",
    next: `cozy setup ${environment.name}`,
  });
}
