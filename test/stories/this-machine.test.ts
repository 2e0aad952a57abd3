import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildArtifact } from "../../src/artifacts/build-artifact.ts";
import { nameArtifact } from "../../src/artifacts/local-builder.ts";
import { acquireLease } from "../../src/engine/hold-lease.ts";
import { leaseFolder } from "../../src/engine/lease-folder.ts";
import { localLeaseKeeper } from "../../src/engine/local-lease-keeper.ts";
import { hasEnded, thisOwner } from "../../src/engine/process-identity.ts";
import { agentInProcess, portsIn, sampleHello } from "../../src/hosts/agent/testing/in-process.ts";
import { hostContract, type HostStage } from "../../src/hosts/contract.ts";
import { environmentPaths, machinePaths } from "../../src/hosts/environment-paths.ts";
import { thisMachine } from "../../src/hosts/this-machine/this-machine.ts";
import { processType, sampleProject, sampleRecord } from "../../src/release/testing.ts";
import { createSandbox } from "../support/sandbox.ts";

const processes = {
  web: processType(["node", "server.js"], 2),
  worker: processType(["node", "worker.js"], 1),
};

hostContract("this machine", stage);

hostContract("this machine behind an agent", async () => {
  const direct = await stage();
  const ports = portsIn(await mkdtemp(join(tmpdir(), "cozy-agent-")), direct.host);
  const { host, session } = agentInProcess(ports, sampleHello({ host: direct.host.name }));
  return {
    ...direct,
    host,
    async dispose() {
      session.close();
      await direct.dispose();
    },
  };
});

/** A sandbox with an artifact that is built there, and this machine as its host. */
async function stage(): Promise<HostStage> {
  const sandbox = await createSandbox();
  const machine = machinePaths({ COZY_HOME: sandbox.home }, sandbox.home);
  const paths = environmentPaths(machine, "tiny", "staging");
  const project = {
    ...sampleProject({
      processes,
      build: { command: ["node", "build.js"], variables: {}, secrets: {}, timeoutMs: 60_000 },
    }),
    root: sandbox.project,
  };
  const environment = project.environments["staging"];
  if (!environment) throw new Error("the sample project has a staging environment");
  const workshop = { machine, env: process.env, now: Date.now, signal: AbortSignal.timeout(60_000) };
  const runnable = {
    ...project,
    app: { ...project.app, runtime: { ...project.app.runtime, version: ">=22.15" } },
  };
  const named = await nameArtifact({ project: runnable, secrets: {} }, workshop);
  const { id: artifact } = await buildArtifact(
    { ...named, app: runnable.app, secrets: {}, runTimeNames: [] },
    workshop,
  );
  const lease = { environment: "staging", store: leaseFolder(paths.lease) };
  const hold = await acquireLease(localLeaseKeeper(lease, { now: Date.now, hasEnded }), {
    owner: await thisOwner(process.env),
    purpose: { command: "deploy" },
    now: Date.now,
    hasEnded,
  });
  const host = await thisMachine({
    machine,
    paths,
    lease,
    environment: {
      ...environment,
      target: { kind: "this-machine", address: "127.0.0.1", port: sandbox.port },
    },
    now: Date.now,
    env: process.env,
    homeFolder: join(sandbox.home, "user"),
    version: "0.1.0",
  });
  return {
    host,
    release: (id, createdAt) => ({ ...sampleRecord(project, id, createdAt), artifact }),
    proxy: { address: "127.0.0.1", port: sandbox.port, staticUrl: "/static/", mediaUrl: undefined },
    token: hold.token,
    async dispose() {
      await hold.release();
      await host.stopAgents(AbortSignal.timeout(20_000));
      await sandbox.dispose();
    },
  };
}
