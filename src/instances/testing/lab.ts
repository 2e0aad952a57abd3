import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect } from "vitest";
import type { InstanceSpec } from "../instance.ts";
import type { SupervisorPlace } from "../start-supervisor.ts";
import { linuxPids, linuxStat } from "../process-identity.ts";
import { listInstances, shutdown, supervisorState } from "../supervisor-client.ts";
import { buildSupervisor } from "./agent.ts";

/** One environment in a temporary folder, with everything that was started in it found again and ended. */
export interface Lab {
  readonly root: string;
  readonly place: SupervisorPlace;
  /** A script for `/bin/sh` as an instance; every one has a variable that names this lab. */
  readonly shell: (name: string, script: string, more?: Partial<InstanceSpec>) => InstanceSpec;
  /** A Node program that answers its pid on its socket. */
  readonly server: (name: string, more?: Partial<InstanceSpec>) => InstanceSpec;
  readonly log: (spec: InstanceSpec) => string;
  readonly events: () => readonly Readonly<Record<string, unknown>>[];
  /** Every process of this lab, the supervisor and its keepers included. */
  readonly processes: () => readonly number[];
  close(): Promise<void>;
}

export function signal(ms = 15_000): AbortSignal {
  return AbortSignal.timeout(ms);
}

/** Built once for each file of tests, which removes it at its end: `afterAll(removeAgent)`. */
let agent: Promise<string> | undefined;
const agentFolder = join(tmpdir(), "cozy-agent-");
export async function removeAgent(): Promise<void> {
  if (agent !== undefined) rmSync(dirname(await agent), { recursive: true, force: true });
  agent = undefined;
}

export async function openLab(more: Partial<SupervisorPlace> = {}): Promise<Lab> {
  const root = mkdtempSync(join(tmpdir(), "cozy-sup-"));
  agent ??= buildSupervisor(mkdtempSync(agentFolder));
  const place: SupervisorPlace = {
    version: "1.0.0",
    hash: "a",
    folder: join(root, "supervisor"),
    runFolder: join(root, "run"),
    controlSocket: join(root, "run", "supervisor.sock"),
    logFolder: join(root, "logs"),
    agentFile: await agent,
    nodeBinary: process.execPath,
    timing: { lookMs: 200, adoptedLookMs: 100 },
    ...more,
  };
  const environmentFile = join(root, "environment.json");
  const variables = { PATH: process.env["PATH"] ?? "", LAB: root, SECRET: "hunter2-of-the-lab" };
  writeFileSync(environmentFile, JSON.stringify({ format: 1, variables }), { mode: 0o600 });
  mkdirSync(join(root, "app"));
  writeFileSync(join(root, "app", "server.mjs"), serverProgram);

  const spec = (name: string, command: readonly string[], options: Partial<InstanceSpec>): InstanceSpec => {
    const [release = "", rest = ""] = name.split("/");
    const [type = "", index = ""] = rest.split(".");
    return {
      id: { release, type, index: Number(index) },
      command,
      folder: join(root, "app"),
      environmentFile,
      variables: { COZY_INSTANCE: name },
      socket: undefined,
      logFile: join(root, "logs", release, `${rest}.log`),
      stopSignal: "SIGTERM",
      stopTimeoutMs: 5000,
      limits: { memoryBytes: undefined, openFiles: undefined },
      ...options,
    };
  };

  return {
    root,
    place,
    shell: (name, script, options = {}) => spec(name, ["/bin/sh", "-c", script], options),
    server: (name, options = {}) => {
      const socket = join(root, "run", `${name}.sock`);
      return spec(name, [process.execPath, "server.mjs", socket], { socket, ...options });
    },
    log: (of) => readIfThere(of.logFile),
    events: () => linesOf(join(root, "logs", "supervisor.log")),
    processes: () => processesOf(root),
    async close() {
      await shutdown(place, signal()).catch(() => {});
      // A keeper ends right after its supervisor.
      const left = await eventually(
        () => processesOf(root),
        (pids) => pids.length === 0,
        10_000,
      ).catch(() => processesOf(root));
      for (const pid of left) process.kill(pid, "SIGKILL");
      rmSync(root, { recursive: true, force: true });
      expect(left, "processes that were left behind").toEqual([]);
    },
  };
}

const serverProgram = `
import { createServer } from "node:http";
const server = createServer((_, answer) => answer.end(String(process.pid)));
server.listen(process.argv[2], () => console.log("listening"));
process.on("SIGTERM", () => { server.close(); server.closeAllConnections(); });
`;

/** Asks until it is as it should be, and gives what was seen last when it never is. */
export async function eventually<T>(
  ask: () => T | Promise<T>,
  isSo: (value: T) => boolean,
  withinMs = 30_000,
): Promise<T> {
  const until = performance.now() + withinMs;
  for (;;) {
    const value = await ask();
    if (isSo(value)) return value;
    if (performance.now() > until) throw new Error(`not so within ${withinMs} ms: ${JSON.stringify(value)}`);
    await wait(5);
  }
}

export async function statusOf(lab: Lab, spec: InstanceSpec) {
  const all = await listInstances(lab.place, signal());
  return all.find(({ id }) => JSON.stringify(id) === JSON.stringify(spec.id));
}

export async function supervisorPid(lab: Lab): Promise<number> {
  const state = await supervisorState(lab.place, signal());
  if (state === undefined) throw new Error("no supervisor answers");
  return state.pid;
}

/** Kills the supervisor and waits until another one answers; how long that took. */
export async function killSupervisor(lab: Lab): Promise<number> {
  const pid = await supervisorPid(lab);
  const began = performance.now();
  process.kill(pid, "SIGKILL");
  await eventually(
    async () => (await supervisorState(lab.place, signal()))?.pid,
    (now) => now !== undefined && now !== pid,
  );
  return performance.now() - began;
}

/** Whether it is running, and not only waiting to be reaped. */
export function lives(pid: number | undefined): boolean {
  const stat = pid === undefined ? undefined : linuxStat(pid);
  return stat !== undefined && stat.state !== "Z" && stat.state !== "X";
}

export function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/mu.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

function processesOf(root: string): readonly number[] {
  return linuxPids().filter((pid) => {
    if (pid === process.pid || !lives(pid)) return false;
    return (
      readIfThere(`/proc/${pid}/environ`).includes(root) || readIfThere(`/proc/${pid}/cmdline`).includes(root)
    );
  });
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function linesOf(file: string): readonly Readonly<Record<string, unknown>>[] {
  return readIfThere(file)
    .split("\n")
    .filter(Boolean)
    .map((line): Readonly<Record<string, unknown>> => JSON.parse(line));
}

/** What a server of the lab answers, or why it does not. */
export function ask(socket: string | undefined): Promise<string> {
  return new Promise((resolve) => {
    const outgoing = request({ socketPath: socket, agent: false, timeout: 2000 }, (answer) => {
      answer.setEncoding("utf8");
      answer.on("data", resolve);
    });
    outgoing.on("error", (error) => resolve(error.message));
    outgoing.end();
  });
}
