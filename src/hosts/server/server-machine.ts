import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { uptime } from "node:os";
import { join } from "node:path";
import { fenceFile } from "../../engine/fence-file.ts";
import { journalLogs } from "../../instances/systemd/journal-logs.ts";
import { runProgram } from "../../instances/systemd/program.ts";
import { systemdInstances } from "../../instances/systemd/systemd-instances.ts";
import type { Environment } from "../../project/project.ts";
import { nginxProxy } from "../../routing/nginx/nginx-proxy.ts";
import { certificateState } from "../../routing/nginx/certificate-state.ts";
import { certificateNames, endsTls, inRotationFile } from "../../routing/nginx/site-facts.ts";
import type { HostState } from "../host.ts";
import { machineHost, type MachineHost, type Supervision } from "../machine/machine-host.ts";
import type { ReleaseAgents } from "../machine/release-agents.ts";
import { parseRecord } from "../../setup/parse-record.ts";
import { rotationFile } from "../rotation-file.ts";
import type { ServerLayout } from "../server-layout.ts";
import { proofTokenFile } from "../this-machine/places.ts";
import { databaseFile } from "../machine/release-variables.ts";
import { makeDatabaseFile } from "./database-file.ts";
import { pruneHost } from "./prune-host.ts";

export interface ServerMachineParts {
  /** The host's name in the environment. */
  readonly name: string;
  readonly layout: ServerLayout;
  readonly environment: Pick<Environment, "name" | "target" | "domains" | "database" | "media">;
  readonly now: () => number;
  /** What of cozy's own lies on this server for releases. */
  readonly agents: ReleaseAgents;
}

/**
 * A server, for code that runs there as the deployer's user: systemd runs the instances and nginx serves them. What root alone may do
 * was done by `cozy setup`, or goes through root's own program.
 */
export function serverMachine(parts: ServerMachineParts): MachineHost {
  const { name, layout, environment, now, agents } = parts;
  const { machine, paths } = layout;
  const sinceBootMs = () => uptime() * 1000;
  const instances = systemdInstances({ layout, run: runProgram, now, sinceBootMs });
  const proxy = nginxProxy({
    environment: environment.name,
    layout,
    tokenFile: proofTokenFile(paths),
    now,
  });
  const supervision: Supervision = {
    // systemd is there as long as the server is, and nginx was started by `cozy setup`.
    look: async (signal) => ({ supervised: true, instances: await instances.list(signal) }),
    ensure: async (settings, signal) => ({
      supervisor: "was running",
      proxy: await proxy.ensure(settings, signal),
    }),
    async stop(signal) {
      const releases = new Set((await instances.list(signal)).map(({ id }) => id.release));
      for (const release of releases) await instances.stop({ release }, signal);
    },
  };
  const fence = fenceFile(paths.lease, environment.name);
  const isBalanced = environment.target.kind === "servers" && environment.target.balancer !== undefined;
  const host = machineHost({
    name,
    machine,
    paths,
    runFolder: layout.run,
    environment,
    homeFolder: paths.root,
    now,
    instances,
    supervision,
    proxy,
    logs: journalLogs({ layout, run: runProgram }),
    // What few commands need is loaded when it is needed: every command starts an agent.
    async runOnce(request, signal) {
      const { runOnce } = await import("../../instances/systemd/run-once.ts");
      const newName = () => randomBytes(6).toString("hex");
      return runOnce({ layout, run: runProgram, newName, now }, request, signal);
    },
    agentFiles: async () => agents,
    fenced: (token, action) => fence.fenced(token, action),
    raiseFence: (token) => fence.raise(token),
    rotation: isBalanced ? rotationFile(inRotationFile(layout)) : undefined,
    hasOwnUser: true,
  });
  return {
    ...host,
    async observe(signal) {
      const [state, setUpFor, certificate] = await Promise.all([
        host.observe(signal),
        setUpAt(layout),
        certificateAt(layout, environment, now()),
      ]);
      return { ...state, setUpFor, certificate };
    },
    async placeRelease(placement, signal) {
      if (environment.database?.kind === "sqlite") await makeDatabaseFile(databaseFile(paths));
      await host.placeRelease(placement, signal);
    },
    async removeReleases(releases, signal) {
      await host.removeReleases(releases, signal);
      await pruneHost(machine, now());
      // Room on a disk: whatever keeps it from being made, the release is in force all the same.
      const { pruneAgents } = await import("./prune-agents.ts");
      await pruneAgents(machine, now()).catch(() => undefined);
    },
  };
}

/** What `cozy setup` noted here when it came to its end. */
async function setUpAt({ setUp }: ServerLayout): Promise<HostState["setUpFor"]> {
  const text = await readFile(setUp, "utf8").catch(() => "");
  const record = parseRecord(text);
  return record && { hash: record.hash, parts: record.parts };
}

/** The one that nginx serves the site with, which everybody may see. */
async function certificateAt(
  { certificates }: ServerLayout,
  { domains, target }: ServerMachineParts["environment"],
  now: number,
): Promise<HostState["certificate"]> {
  const balancer = target.kind === "servers" ? target.balancer : undefined;
  if (domains === undefined || !endsTls({ domains, balancer })) return undefined;
  try {
    const chain = await readFile(join(certificates, "chain.pem"), "utf8");
    return certificateState(chain, certificateNames(domains), now);
  } catch {
    return "none";
  }
}
