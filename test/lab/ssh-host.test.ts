import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildArtifact } from "../../src/artifacts/build-artifact.ts";
import { djangoApp } from "../../src/artifacts/testing.ts";
import { nameArtifact } from "../../src/artifacts/local-builder.ts";
import { thisOwner } from "../../src/engine/process-identity.ts";
import { openServer, type OpenServer } from "../../src/hosts/agent/open-server.ts";
import { hostContract } from "../../src/hosts/contract.ts";
import { machinePaths } from "../../src/hosts/environment-paths.ts";
import { serverLayout } from "../../src/hosts/server-layout.ts";
import type { Connection } from "../../src/hosts/ssh/connection.ts";
import { sshConnection } from "../../src/hosts/ssh/ssh-connection.ts";
import { labUp, type Lab } from "../../src/lab/lab.ts";
import type { Environment, Project } from "../../src/project/project.ts";
import { processType, sampleProject, sampleRecord } from "../../src/release/testing.ts";
import { Secret } from "../../src/secrets/secret.ts";
import { createSandbox, type Sandbox } from "../support/sandbox.ts";
import { createDjangoSandbox } from "../support/tiny-django.ts";
import { prepareServer } from "./agent/prepare-server.ts";

/** One server of a lab, reached as a deployer reaches it: OpenSSH, the agent that is uploaded there, systemd and nginx. */
const within = (): AbortSignal => AbortSignal.timeout(60_000);

let folder: string;
let lab: Lab;
let connection: Connection;
const servers: OpenServer[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-ssh-host-"));
  lab = await labUp({ name: "agent", hosts: 1 });
  const [{ address, hostKey } = { address: "", hostKey: "" }] = lab.hosts;
  const knownHosts = join(folder, "known_hosts");
  await writeFile(knownHosts, `${address} ${hostKey}\n`);
  const place = { host: "web-1", address, port: 22, user: "cozy", identity: lab.keyFile };
  const uid = process.getuid?.() ?? 0;
  const options = { knownHosts, env: process.env, uid, random: Math.random, now: Date.now };
  connection = await sshConnection(place, options);
}, 300_000);
afterAll(async () => {
  for (const server of servers) server.close();
  await node?.sandbox.dispose();
  await connection?.end();
  await lab?.down();
  await rm(folder, { recursive: true, force: true });
}, 120_000);

/** A project on this machine, and its environment on the server. */
interface Stage {
  readonly sandbox: Sandbox;
  readonly project: Project;
  readonly environment: Environment;
  readonly artifact: string;
  open(): OpenServer;
}

async function stageOf(sandbox: Sandbox, project: Project, name: string, site: boolean): Promise<Stage> {
  const machine = machinePaths({ COZY_HOME: sandbox.home }, sandbox.home);
  const workshop = { machine, env: process.env, now: Date.now, signal: AbortSignal.timeout(240_000) };
  const { app } = project;
  const found = project.environments["staging"];
  if (found === undefined) throw new Error("the project has a staging environment");
  const environment = { ...found, name };
  const named = await nameArtifact({ project, secrets: {} }, workshop);
  const addressNames = { database: ["DATABASE_URL"], media: [] };
  const { id: artifact } = await buildArtifact(
    { ...named, app, secrets: {}, runTimeNames: [], addressNames },
    workshop,
  );
  const layout = serverLayout("tiny", name);
  await prepareServer(lab, "host1", { layout, project, environment, site });
  await connection.end(); // a new one has the groups that the deployer is in now
  const open = (): OpenServer => {
    const parts = { connection, project: "tiny", environment, machine, env: process.env };
    const server = openServer({ ...parts, now: Date.now, version: "0.1.0" });
    servers.push(server);
    return server;
  };
  return { sandbox, project, environment, artifact, open };
}

let node: Stage;

async function nodeStage(): Promise<Stage> {
  const sandbox = await createSandbox();
  const sample = sampleProject({
    processes: {
      web: processType(["node", "server.js"], 2),
      worker: processType(["node", "worker.js"], 1),
    },
    build: { command: ["node", "build.js"], variables: {}, secrets: {}, timeoutMs: 60_000 },
  });
  const app = { ...sample.app, runtime: { ...sample.app.runtime, version: ">=22.15" } };
  return stageOf(sandbox, { ...sample, app, root: sandbox.project }, "staging", true);
}

hostContract("a server over SSH", async () => {
  node = await nodeStage();
  const { host } = node.open();
  await host.raiseFence(2, within());
  return {
    host,
    release: (id, createdAt) => ({ ...sampleRecord(node.project, id, createdAt), artifact: node.artifact }),
    proxy: { address: "0.0.0.0", port: 80, staticUrl: node.project.app.static?.url, mediaUrl: undefined },
    token: 2,
    alwaysSupervised: true,
    dispose: async () => {},
  };
});

describe("the agent on a server", () => {
  it("is there for the next command with one start, and keeps lease and journal there", async () => {
    const [next, other] = [node.open(), node.open()];
    const before = performance.now();
    expect((await next.host.observe(within())).host).toBe("web-1");
    expect(performance.now() - before).toBeLessThan(3_000);
    const owner = await thisOwner(process.env);
    const asked = { owner, purpose: { command: "deploy" }, ttlMs: 60_000, takeOver: false };
    expect(await next.lease.acquire(asked, within())).toMatchObject({ granted: true });
    expect(await other.lease.acquire(asked, within())).toMatchObject({ granted: false });
    const journal = await next.journals.create("1-deploy.jsonl", '{"format":1}');
    await journal.append("{}");
    await journal.close();
    expect(await other.journals.list()).toEqual(["1-deploy.jsonl"]);
  });
});

describe("a Django release on a server", () => {
  let django: Stage;
  beforeAll(async () => {
    const sandbox = await createDjangoSandbox();
    const sample = sampleProject();
    const app = djangoApp();
    const environments = Object.fromEntries(
      Object.entries(sample.environments).map(([name, environment]) => [
        name,
        {
          ...environment,
          processes: app.processes,
          database: { kind: "sqlite", variable: "DATABASE_URL" } as const,
        },
      ]),
    );
    const project = { ...sample, app, environments, root: sandbox.project };
    django = await stageOf(sandbox, project, "django", false);
  }, 300_000);
  afterAll(() => django?.sandbox.dispose());

  it("runs there on the Python and the packages that were built here", async () => {
    const { host } = django.open();
    const record = {
      ...sampleRecord(django.project, "r1", 1),
      artifact: django.artifact,
      processes: django.environment.processes,
      ready: { path: "/ready", status: 200, timeoutMs: 60_000 },
    };
    const variables = { DJANGO_SECRET_KEY: new Secret("a-key-of-the-lab") };
    await host.placeRelease({ release: record, variables, persist: [] }, within());
    const migrated = await host.runOnce(
      { release: "r1", command: ["python", "manage.py", "migrate"] },
      within(),
    );
    expect(migrated).toMatchObject({ exitCode: 0 });
    await host.startInstances({ release: "r1", types: ["web"] }, within());
    expect(await host.awaitReady("r1", record.ready, {}, within())).toEqual({
      ok: true,
      faults: [],
      tail: [],
    });
    const page = { kind: "request", path: "/", status: 200, text: "version", withinMs: 10_000 } as const;
    expect(await host.smoke("r1", [page], within())).toMatchObject([{ ok: true }]);
  });
});

describe("a deployer that is gone", () => {
  it("leaves nothing running of what it was at", async () => {
    const server = node.open();
    const release = { ...sampleRecord(node.project, "r9", 9), artifact: node.artifact };
    await server.host.placeRelease({ release, variables: {}, persist: [] }, within());
    const lines: string[] = [];
    const run = server.host.runOnce(
      {
        release: "r9",
        command: ["/bin/sh", "-c", "echo begun; exec sleep 4321"],
        onOutput: (_stream, line) => lines.push(line),
      },
      within(),
    );
    await expect.poll(() => lines, { timeout: 60_000 }).toEqual(["begun"]);
    for (const one of servers) one.close();
    await expect(run).rejects.toMatchObject({ code: "host-connection-lost" });
    const count = "pgrep -fc 'sleep 432[1]'; pgrep -fc '[h]ost.mjs'; true";
    const left = async () => (await lab.exec("host1", ["sh", "-c", count])).stdout;
    await expect.poll(left, { timeout: 60_000, interval: 500 }).toBe("0\n0\n");
  });

  it("has left no secret in logs", async () => {
    const search =
      "journalctl --no-pager | grep -cE 'a-secret-key|a-key-of-the-lab'; grep -rlE 'a-secret-key|a-key-of-the-lab' /var/log; true";
    expect((await lab.exec("host1", ["sh", "-c", search])).stdout).toBe("0\n");
  });
});
