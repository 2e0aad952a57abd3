import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureSupervisor } from "../ensure-supervisor.ts";
import type { InstanceSpec } from "../instance.ts";
import { stateFile } from "../protocol.ts";
import { restartInstances, startInstances, stopInstances } from "../supervisor-client.ts";
import {
  ask,
  eventually,
  lives,
  openLab,
  removeAgent,
  signal,
  statusOf,
  supervisorPid,
  type Lab,
} from "../testing/lab.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab({ timing: { lookMs: 100, backOffFirstMs: 40, calmAfterMs: 1000 } });
  await ensureSupervisor(lab.place, signal());
});
afterEach(() => lab.close());
afterAll(removeAgent);

async function start(spec: InstanceSpec): Promise<number> {
  const [status] = await startInstances(lab.place, [spec], signal());
  return status?.pid ?? Number.NaN;
}

function ends() {
  return lab.events().filter(({ event }) => event === "ended");
}

describe("an instance that ends by itself", () => {
  it("is started again after growing waits, with its exit told", async () => {
    const broken = lab.shell("r1/web.0", "echo no luck; exit 3");
    await start(broken);
    const status = await eventually(
      () => statusOf(lab, broken),
      (now) => (now?.restarts ?? 0) >= 4,
    );
    expect(status).toMatchObject({ lastExit: { code: 3, signal: null } });
    const waits = ends()
      .slice(0, 4)
      .map((event) => Number(event["startsAgainInMs"]));
    for (const [index, wait] of waits.entries()) {
      expect(wait).toBeLessThanOrEqual(40 * 2 ** index);
      expect(wait).toBeGreaterThanOrEqual(30 * 2 ** index);
    }
    expect(lab.log(broken)).toMatch(/^(no luck\n){4,}$/u);
  });

  it("is started at the first wait again after it ran well for a while", async () => {
    const crashing = lab.shell(
      "r1/web.0",
      `[ $(wc -l < runs) -ge 4 ] && sleep 1.1; echo run >> runs; exit 1`,
    );
    writeFileSync(join(crashing.folder, "runs"), "");
    await start(crashing);
    const waits = await eventually(
      () => ends().map((event) => Number(event["startsAgainInMs"])),
      (all) => all.length >= 5,
    );
    expect(waits[3]).toBeGreaterThanOrEqual(240);
    expect(waits[4]).toBeLessThanOrEqual(40);
  });

  it("tells the signal that killed it, and is back under its socket", async () => {
    const web = lab.server("r1/web.0");
    const pid = await start(web);
    await eventually(
      () => ask(web.socket),
      (answer) => answer === String(pid),
    );
    process.kill(pid, "SIGKILL");
    const answer = await eventually(
      () => ask(web.socket),
      (now) => /^\d+$/u.test(now) && now !== String(pid),
    );
    expect(await statusOf(lab, web)).toMatchObject({
      state: "running",
      pid: Number(answer),
      restarts: 1,
      lastExit: { code: null, signal: "SIGKILL" },
    });
  });

  it("is not started again while it waits, once it is stopped", async () => {
    const broken = lab.shell("r1/web.0", "exit 1");
    await start(broken);
    await eventually(
      () => statusOf(lab, broken),
      (now) => (now?.restarts ?? 0) >= 3,
    );
    await stopInstances(lab.place, { release: "r1" }, signal());
    const starts = lab.events().filter(({ event }) => event === "started").length;
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(lab.events().filter(({ event }) => event === "started")).toHaveLength(starts);
    expect(await statusOf(lab, broken)).toBeUndefined();
  });
});

describe("stopping", () => {
  it("kills the whole group of an instance that does not heed its signal", async () => {
    const script = `trap '' TERM; (trap '' TERM; echo $(exec sh -c 'echo $PPID') > child; while :; do sleep 0.05; done) & while :; do sleep 0.05; done`;
    const stubborn = lab.shell("r1/worker.0", script, { stopTimeoutMs: 300 });
    const pid = await start(stubborn);
    const child = await pidIn(join(stubborn.folder, "child"));
    const began = performance.now();
    const killed = await stopInstances(lab.place, { release: "r1" }, signal());
    expect(killed).toEqual([{ id: stubborn.id, afterMs: 300 }]);
    expect(performance.now() - began).toBeGreaterThanOrEqual(290);
    expect([pid, child].map(lives)).toEqual([false, false]);
    expect(lab.events()).toContainEqual(
      expect.objectContaining({ event: "killed", name: "r1/worker.0", pid, afterMs: 300 }),
    );
  });

  it("ends what a well-behaved process leaves behind", async () => {
    const spec = lab.shell(
      "r1/worker.0",
      `(trap '' TERM; exec sleep 1000) & echo $! > child; trap 'exit 0' TERM; wait`,
    );
    await start(spec);
    const child = await pidIn(join(spec.folder, "child"));
    await stopInstances(lab.place, { release: "r1" }, signal());
    expect(lives(child)).toBe(false);
  });

  it("sends the signal that was asked for, and answers as soon as the process is gone", async () => {
    const spec = lab.shell(
      "r1/worker.0",
      `trap 'echo quit; exit 0' QUIT; echo ready; while :; do sleep 0.02; done`,
      {
        stopSignal: "SIGQUIT",
        stopTimeoutMs: 60_000,
      },
    );
    await start(spec);
    await eventually(
      () => lab.log(spec),
      (text) => text === "ready\n",
    );
    await stopInstances(lab.place, { release: "r1" }, signal());
    expect(lab.log(spec)).toBe("ready\nquit\n");
  });

  it("is done before an order to start the same instance that came meanwhile", async () => {
    const over = join(lab.root, "over");
    const spec = lab.shell(
      "r1/worker.0",
      `trap 'while [ ! -e ${over} ]; do sleep 0.02; done; exit 0' TERM; echo ready; while :; do sleep 0.02; done`,
      { stopTimeoutMs: 60_000 },
    );
    const first = await start(spec);
    await eventually(
      () => lab.log(spec),
      (text) => text === "ready\n",
    );
    const stopped = stopInstances(lab.place, { release: "r1" }, signal());
    await eventually(
      () => statusOf(lab, spec),
      (status) => status?.state === "stopping",
    );
    const anew = start(spec);
    await new Promise((resolve) => setTimeout(resolve, 300));
    writeFileSync(over, "");
    const second = await anew;
    await stopped;
    expect(second).not.toBe(first);
    expect([first, second].map(lives)).toEqual([false, true]);
    expect(await statusOf(lab, spec)).toMatchObject({ state: "running", pid: second });
  });

  it("is the first half of a restart", async () => {
    const spec = lab.shell("r1/worker.0", "exec sleep 1000");
    const pid = await start(spec);
    const [after] = await restartInstances(lab.place, { release: "r1", types: ["worker"] }, signal());
    expect(after).toMatchObject({ state: "running", restarts: 1, lastExit: { signal: "SIGTERM" } });
    expect([pid, after?.pid].map(lives)).toEqual([false, true]);
  });
});

describe("limits", () => {
  it("restarts an instance that takes more memory than it may, and tells the numbers", async () => {
    const program = "const kept = Buffer.alloc(150e6, 1); setInterval(() => kept.length, 1000)";
    const limit = 120_000_000;
    const greedy = lab.server("r1/web.0", {
      command: [process.execPath, "-e", program],
      limits: { memoryBytes: limit, openFiles: undefined },
    });
    const pid = await start(greedy);
    const [over] = await eventually(
      () => lab.events().filter(({ event }) => event === "over-memory"),
      (events) => events.length > 0,
      10_000,
    );
    expect(over).toMatchObject({ name: "r1/web.0", pid, limitBytes: limit });
    expect(Number(over?.["memoryBytes"])).toBeGreaterThan(limit);
    const after = await eventually(
      () => statusOf(lab, greedy),
      (status) => status?.restarts === 1,
    );
    expect(after?.lastExit).toMatchObject({ signal: "SIGTERM" });
  });

  it("counts what an instance's children take", async () => {
    const child = `${process.execPath} -e 'const kept = Buffer.alloc(150e6, 1); setInterval(() => kept.length, 1000)'`;
    const parent = lab.shell("r1/worker.0", `${child} & wait`, {
      limits: { memoryBytes: undefined, openFiles: undefined },
    });
    await start(parent);
    const status = await eventually(
      () => statusOf(lab, parent),
      (now) => (now?.memoryBytes ?? 0) > 150e6,
      10_000,
    );
    expect(status?.memoryBytes).toBeLessThan(260e6);
  });

  it("sets the number of open files", async () => {
    const spec = lab.shell("r1/worker.0", "ulimit -Sn; ulimit -Hn; exec sleep 1000", {
      limits: { memoryBytes: undefined, openFiles: 321 },
    });
    await start(spec);
    const log = await eventually(
      () => lab.log(spec),
      (text) => text.split("\n").length > 2,
    );
    expect(log).toBe("321\n321\n");
  });
});

describe("the environment of an instance", () => {
  it.each([undefined, 256])(
    "is the file's and the spec's and nothing else (open files: %s)",
    async (openFiles) => {
      const spec = lab.server("r1/worker.0", {
        command: [
          process.execPath,
          "-e",
          "console.log(JSON.stringify(process.env)); setInterval(() => {}, 1000)",
        ],
        variables: { COZY_INSTANCE: "worker.0", QUOTED: `it's "$HOME" \`x\`` },
        limits: { memoryBytes: undefined, openFiles },
      });
      await start(spec);
      const seen: unknown = JSON.parse(
        await eventually(
          () => lab.log(spec),
          (text) => text.endsWith("\n"),
        ),
      );
      const file: { variables: Record<string, string> } = JSON.parse(
        readFileSync(spec.environmentFile, "utf8"),
      );
      expect(seen).toEqual({ ...file.variables, ...spec.variables });
    },
  );

  it("stands in no argument, no state and no log", async () => {
    const spec = lab.shell("r1/worker.0", "exec sleep 1000", {
      limits: { memoryBytes: undefined, openFiles: 256 },
    });
    const pid = await start(spec);
    await start({ ...lab.shell("r1/web.0", ""), command: ["no-such-program"] });
    const supervisor = await supervisorPid(lab);
    const places = [
      ...[pid, supervisor].map((each) => `/proc/${each}/cmdline`),
      `/proc/${supervisor}/environ`,
      join(lab.place.folder, stateFile),
      join(lab.place.logFolder, "supervisor.log"),
    ];
    const telling = places.filter((place) => readFileSync(place, "utf8").includes("hunter2"));
    expect(telling).toEqual([]);
    expect(readFileSync(`/proc/${pid}/environ`, "utf8")).toContain("hunter2");
  });

  it.each([
    ["that others can read", (file: string) => chmodSync(file, 0o640), "has mode 0640"],
    [
      "that is damaged",
      (file: string) => writeFileSync(file, '{"format":1,"variables":{"SECRET":"hunter2'),
      "is not JSON",
    ],
    ["of a newer format", (file: string) => writeFileSync(file, '{"format":2}'), "has format 2"],
    [
      "with a number in it",
      (file: string) => writeFileSync(file, '{"format":1,"variables":{"A":1}}'),
      "A is not a text",
    ],
  ])("is refused from a file %s", async (_, spoil, problem) => {
    const spec = lab.shell("r1/web.0", "exec sleep 1000");
    const good = readFileSync(spec.environmentFile, "utf8");
    spoil(spec.environmentFile);
    const [status] = await startInstances(lab.place, [spec], signal());
    expect(status).toMatchObject({
      state: "failed",
      pid: undefined,
      problem: expect.stringContaining(problem),
    });
    expect(JSON.stringify(status)).not.toContain("hunter2");
    writeFileSync(spec.environmentFile, good);
    chmodSync(spec.environmentFile, 0o600);
    const after = await eventually(
      () => statusOf(lab, spec),
      (now) => now?.state === "running",
    );
    expect(after?.problem).toBeUndefined();
  });
});

describe("files of an instance", () => {
  it("has its stale socket removed before each start", async () => {
    const web = lab.server("r1/web.0");
    const socket = String(web.socket);
    mkdirSync(dirname(socket), { recursive: true });
    writeFileSync(socket, "left behind");
    const pid = await start(web);
    const answer = await eventually(
      () => ask(socket),
      (now) => /^\d+$/u.test(now),
    );
    expect(answer).toBe(String(pid));
  });

  it("appends both streams to a log of its own that only its user reads", async () => {
    const spec = lab.shell("r1/worker.0", "echo out; echo err >&2; exec sleep 1000");
    mkdirSync(dirname(spec.logFile), { recursive: true });
    writeFileSync(spec.logFile, "before\n", { mode: 0o600 });
    await start(spec);
    await eventually(
      () => lab.log(spec),
      (text) => text === "before\nout\nerr\n",
    );
    expect(statSync(spec.logFile).mode & 0o777).toBe(0o600);
  });
});

async function pidIn(file: string): Promise<number> {
  const read = (): string => {
    try {
      return readFileSync(file, "utf8");
    } catch {
      return "";
    }
  };
  return Number(await eventually(read, (text) => text.endsWith("\n")));
}
