import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLoad } from "../../src/routing/testing/load.ts";
import { killsInTurn } from "../support/kills.ts";
import { createSandbox, served, tinyConfig, until, type Sandbox } from "../support/sandbox.ts";
import { schedulerNotes } from "../support/schedulers.ts";
import { betweenRequestsMs } from "../support/soak.ts";

const config = (port: number): string =>
  tinyConfig(port, `keep: { releases: 1, warm: "2s" }, drain: { requests: "1s", streams: "1s" },`).replace(
    "processes: { web:",
    `processes: { worker: { command: ["node", "jobs.js"], stopTimeout: "4s" },
      scheduler: { command: ["node", "scheduler.js"] }, web:`,
  );

interface StatusJson {
  readonly host: {
    readonly current: string;
    readonly instances: {
      readonly id: { readonly release: string; readonly type: string };
      readonly pid?: number;
    }[];
  };
}

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ config });
  await sandbox.ok(["deploy", "staging"]);
});
afterAll(async () => sandbox.dispose());

const dataFile = (name: string): string =>
  join(sandbox.home, "environments", "tiny-staging", "persist", "data", name);

/** What the worker of a release wrote down, in its order. */
async function notesOf(release: string): Promise<string[]> {
  const lines = (await readFile(dataFile("jobs.txt"), "utf8")).trim().split("\n");
  return lines.flatMap((line) => (line.includes(` ${release} `) ? [line.replace(/ \S+ \d+$/, "")] : []));
}

async function instancesOf(type: string, of = sandbox): Promise<{ release: string; pid: number }[]> {
  const { host } = await of.json<StatusJson>(["status", "staging"]);
  return host.instances
    .filter(({ id }) => id.type === type)
    .map(({ id, pid }) => ({ release: id.release, pid: pid ?? 0 }));
}

async function deployed(files: Readonly<Record<string, string>>) {
  await sandbox.commit(files);
  const { stdout } = await sandbox.ok(["deploy", "staging"]);
  return { release: (await served(sandbox.url)).release, stdout };
}

describe("a worker in a long job at a deploy", () => {
  it("finishes it, and ends after that, while requests go on under load", async () => {
    const { release: old } = await served(sandbox.url);
    await until("a job has begun", async () => (await notesOf(old)).includes("begins a job"));
    const load = startLoad({ url: `${sandbox.url}/`, connections: 8, pauseMs: betweenRequestsMs });
    const { release, stdout } = await deployed({ "version.txt": "two\n" });
    expect((await load.stop()).errors).toEqual([]);
    expect((await notesOf(old)).slice(-2)).toEqual(["told to stop", "ends a job"]);
    expect(stdout).not.toContain("was killed");
    await until("the new worker is at work", async () => (await notesOf(release)).includes("begins a job"));
    expect((await instancesOf("worker")).map((one) => one.release)).toEqual([release]);
  });
});

describe("a worker that ignores its stop signal", () => {
  it("is killed after its stop time-out, and that is told", async () => {
    const { release: deaf } = await deployed({ "behaviour.json": '{ "ignoreStop": true }' });
    const began = performance.now();
    const { release, stdout } = await deployed({ "behaviour.json": "{}" });
    expect(performance.now() - began).toBeGreaterThan(4_000);
    expect(stdout).toContain(
      `worker.0 of ${deaf} did not end within its stop time-out of 4 s and was killed`,
    );
    expect((await instancesOf("worker")).map((one) => one.release)).toEqual([release]);
    expect(await notesOf(deaf)).toContain("told to stop");
  });
});

describe("a worker that ends at once in the new release", () => {
  it("is refused, and the old one works on", async () => {
    const before = await instancesOf("worker");
    const { release } = await served(sandbox.url);
    await sandbox.commit({ "jobs.js": "process.exit(3);\n" });
    const { code, stderr } = await sandbox.cozy(["deploy", "staging"]);
    expect(code).not.toBe(0);
    expect(stderr).toContain("worker.0 ended with exit code 3");
    expect(await instancesOf("worker")).toEqual(before);
    expect(await notesOf(release)).not.toContain("told to stop");
    await until(
      "the old scheduler runs",
      async () => (await schedulerNotes(sandbox)).running.join() === release,
    );
  });
});

describe("a supervisor that is killed while it ends the old scheduler", () => {
  it("is followed by another that does, so that there is one in the end and never two", async () => {
    await sandbox.commit({
      "jobs.js": await originalJobs(),
      "behaviour.json": '{ "schedulerWaitsFor": "data/scheduler-may-end" }',
    });
    await sandbox.ok(["deploy", "staging"]);
    await sandbox.commit({ "version.txt": "after\n" });
    const deploying = sandbox.ok(["deploy", "staging"]);
    await until("the old scheduler is stopping", async () => {
      const { host } = await sandbox.json<{ host: { instances: { id: { type: string }; state: string }[] } }>(
        ["status", "staging"],
      );
      return host.instances.some(({ id, state }) => id.type === "scheduler" && state === "stopping");
    });
    process.kill(await supervisorPid(), "SIGKILL");
    await writeFile(dataFile("scheduler-may-end"), "");
    await deploying;
    const { release } = await served(sandbox.url);
    await until("the new scheduler runs", async () => (await schedulerNotes(sandbox)).running.length === 1);
    expect(await schedulerNotes(sandbox)).toEqual({ most: 1, running: [release] });
  });
});

describe("a deployer that is killed between the old scheduler and the new", () => {
  const operations = [
    "stop-singletons",
    "start-instances-singletons",
    "start-instances-others",
    "await-steady",
    "set-current",
    "stop-instances",
  ];

  it.concurrent.each(["resume", "abort"] as const)(
    "leaves never two, and after %s exactly one",
    async (way) => {
      const sandbox = await createSandbox({ config });
      try {
        expect(await faultsAfter(way, sandbox)).toEqual([]);
      } finally {
        await sandbox.dispose();
      }
    },
  );

  /** Kills a deploy at each operation in turn, and has it taken up; what is wrong afterwards. */
  async function faultsAfter(way: "resume" | "abort", sandbox: Sandbox): Promise<readonly string[]> {
    await sandbox.ok(["deploy", "staging"]);
    const told: string[] = [];
    for (const { kind: operation, point } of killsInTurn(way, operations)) {
      const before = (await served(sandbox.url)).release;
      await sandbox.commit({
        "version.txt": `${way} ${operation} ${point}\n`,
        "behaviour.json": '{ "jobMs": 100 }',
      });
      const isOfOld = operation === "stop-singletons" || operation === "stop-instances";
      const id = isOfOld ? `${operation}-${before}` : operation;
      const { code } = await sandbox.cozy(["deploy", "staging"], {
        env: { COZY_FAULT: `${point}:${id}@this-machine` },
      });
      if (code !== 128) told.push(`${point} ${operation}: not killed but ended with ${code}`);
      // From its end on the release is in force, and what is left can only be done.
      const inForce = operation === "stop-instances";
      const isRefused = inForce && way === "abort";
      const refused = isRefused ? (await sandbox.cozy(["abort", "staging"])).stderr : "";
      if (isRefused && !refused.includes("already-committed")) told.push(`${point} ${operation}: ${refused}`);
      await sandbox.ok([isRefused ? "resume" : way, "staging"]);
      const { release } = await served(sandbox.url);
      if ((way === "abort" && !inForce) !== (release === before))
        told.push(`${point} ${operation}: serves ${release}`);
      await until("one scheduler runs", async () => (await schedulerNotes(sandbox)).running.length === 1);
      const { most, running } = await schedulerNotes(sandbox);
      if (most !== 1 || running[0] !== release)
        told.push(`${point} ${operation}: ${most}, ${running.join()}`);
      const workers = (await instancesOf("worker", sandbox)).map((one) => one.release);
      if (workers.join() !== release) told.push(`${point} ${operation}: workers of ${workers.join()}`);
    }
    return told;
  }
});

async function originalJobs(): Promise<string> {
  return readFile(new URL("../fixtures/tiny-app/jobs.js", import.meta.url), "utf8");
}

async function supervisorPid(): Promise<number> {
  const file = join(sandbox.home, "environments", "tiny-staging", "logs", "supervisor.log");
  const lines = (await readFile(file, "utf8")).trim().split("\n");
  const started = lines.map((line): { event: string; pid: number } => JSON.parse(line));
  return started.findLast(({ event }) => event === "supervisor-started")?.pid ?? Number.NaN;
}
