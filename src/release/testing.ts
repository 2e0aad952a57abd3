import { testApp } from "../artifacts/testing.ts";
import { noRestores } from "../recovery/testing/no-restores.ts";
import type { CanaryEvidence } from "../canary/evidence-file.ts";
import { memoryBackups, type MemoryBackups } from "../recovery/testing/memory-backups.ts";
import { fakeHost, type FakeHost } from "../hosts/fake-host.ts";
import type { ReleaseRecord } from "../hosts/host.ts";
import type { Evidence } from "../promises/evidence.ts";
import { normaliseHttp } from "../project/normalise-servers.ts";
import type { Environment, ProcessType, Project } from "../project/project.ts";
import type { ServersTarget } from "../project/servers.ts";
import type { ReleaseDraft, ReleaseWorld } from "./world.ts";

/** A project, an environment and a world in memory, for tests of planners and operations. */
export function sampleProject(
  change: Partial<Project["app"]> = {},
  environmentChange: Partial<Environment> = {},
): Project {
  const web: ProcessType = processType(["node", "server.js"], 2);
  const environment: Environment = {
    name: "staging",
    target: { kind: "this-machine", port: 8080, address: "127.0.0.1" },
    domains: undefined,
    access: undefined,
    http: normaliseHttp({}, "staging"),
    database: { kind: "sqlite", variable: "DATABASE_URL" },
    media: undefined,
    variables: {},
    processes: change.processes ?? { web },
    smoke: [],
    schedules: {},
    services: {},
    drain: { requestsMs: 30_000, streamsMs: 300_000 },
    keep: { releases: 2, warmMs: 600_000 },
    strategy: { kind: "switch", watch: undefined },
    backups: undefined,
    rehearsal: undefined,
    promises: { recovery: undefined, availability: undefined, latency: undefined },
    ...environmentChange,
  };
  return {
    name: "tiny",
    root: "/project",
    configPath: "/project/cozy.config.ts",
    app: testApp({
      runtime: { engine: "node", version: "24", source: "cozy.config.ts" },
      build: { command: undefined, variables: {}, secrets: {}, timeoutMs: 600_000 },
      processes: { web },
      migrate: ["node", "migrate.js"],
      static: { folder: "dist/static", url: "/static/" },
      ready: { path: "/ready", status: 200, timeoutMs: 10_000 },
      drain: environment.drain,
      ...change,
    }),
    environments: { staging: environment },
  };
}

export function processType(command: readonly string[], count: number): ProcessType {
  return {
    command,
    count,
    listen: "socket",
    ready: undefined,
    singleton: false,
    stopSignal: "SIGTERM",
    stopTimeoutMs: 30_000,
    limits: { memoryBytes: undefined, openFiles: undefined },
  };
}

export function sampleRelease(project: Project, id: string, createdAt = 0): ReleaseDraft {
  const { app } = project;
  const processes = project.environments["staging"]?.processes ?? app.processes;
  return {
    format: 1,
    id,
    project: project.name,
    environment: "staging",
    commit: `${id}${"0".repeat(40)}`.slice(0, 40),
    commitSubject: `change ${id}`,
    createdAt,
    processes,
    ready: app.ready,
    smoke: [{ kind: "request", path: "/", status: 200, text: undefined, withinMs: 5_000 }],
    drain: app.drain,
    hooks: app.hooks,
    staticUrl: app.static?.url,
    stack: app.stack,
    schedules: {},
    console: app.console,
    contract: app.contract,
    migrateBack: app.migrateBack,
    backups: undefined,
  };
}

export function sampleRecord(project: Project, id: string, createdAt = 0): ReleaseRecord {
  return { ...sampleRelease(project, id, createdAt), artifact: "a".repeat(64) };
}

export interface SampleWorld extends ReleaseWorld {
  readonly fake: FakeHost;
  readonly artifacts: Map<string, string>;
  readonly measurements: Evidence[];
  readonly memory: MemoryBackups;
}

export function sampleWorld(fake: FakeHost = fakeHost()): SampleWorld {
  const artifacts = new Map<string, string>();
  const canaries = new Map<string, CanaryEvidence>();
  const measurements: Evidence[] = [];
  const memory = memoryBackups();
  return {
    fake,
    artifacts,
    measurements,
    evidence: { record: async (evidence) => void measurements.push(evidence) },
    memory,
    backups: async () => memory,
    host: () => fake,
    proxy: { address: "127.0.0.1", port: 8080, staticUrl: "/static/", mediaUrl: undefined },
    persist: [],
    rehearser: { rehearse: async () => Promise.reject(new Error("nothing is rehearsed in memory")) },
    restorer: async () => noRestores,
    canaries: {
      read: async (release) => canaries.get(release),
      write: async (evidence) => void canaries.set(evidence.release, evidence),
    },
    person: { atTerminal: false, ask: async () => ({ choice: "go-on", who: "deployer on laptop" }) },
    variables: async () => ({ COLOUR: "blue" }),
    hostArtifacts: { isHere: async () => true, take: async () => {} },
    builder: {
      find: async (key) => artifacts.get(key),
      build: async ({ key }) => {
        artifacts.set(key, "a".repeat(64));
        return "a".repeat(64);
      },
      prune: async () => 0,
    },
  };
}

/** A target of these servers, with nothing declared but their names. */
export function sampleServers(...names: readonly string[]): ServersTarget {
  return {
    kind: "servers",
    hosts: names.map((name) => ({ name, address: "192.0.2.1", sshPort: 22 })),
    user: "cozy",
    setupUser: "root",
    identity: undefined,
    parallel: 10,
    unreachable: { kind: "abort" },
    balancer: undefined,
    openPorts: [],
  };
}
