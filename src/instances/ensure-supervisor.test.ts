import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { decide, ensureSupervisor } from "./ensure-supervisor.ts";
import type { Running } from "./who-runs.ts";
import { jsonRequest } from "./json-request.ts";
import { startKeeper } from "./keeper.ts";
import { settingsFileName } from "./protocol.ts";
import type { SupervisorSettings } from "./supervisor-settings.ts";
import { shutdown, startInstances, stopInstances, supervisorState } from "./supervisor-client.ts";
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
} from "./testing/lab.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());
afterAll(removeAgent);

describe("ensureSupervisor", () => {
  it("starts one, and leaves it alone when it runs", async () => {
    const first = await ensureSupervisor(lab.place, signal());
    const second = await ensureSupervisor(lab.place, signal());
    expect(first).toMatchObject({ outcome: "started", version: "1.0.0" });
    expect(second).toEqual({ ...first, outcome: "was running" });
  });

  it("makes one supervisor of eight callers at once", async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => ensureSupervisor(lab.place, signal())));
    expect(new Set(all.map(({ pid }) => pid)).size).toBe(1);
    // Whoever lost has ended by itself: one supervisor and one keeper are left.
    await eventually(lab.processes, (pids) => pids.length === 2);
    const started = lab.events().filter(({ event }) => event === "supervisor-started");
    expect(started).toHaveLength(1);
  });

  it("waits for one that shuts down, and starts another then", async () => {
    const first = await ensureSupervisor(lab.place, signal());
    const over = join(lab.root, "over");
    const slow = lab.shell(
      "r1/worker.0",
      `trap 'while [ ! -e ${over} ]; do sleep 0.02; done; exit 0' TERM; echo ready; while :; do sleep 0.02; done`,
      { stopTimeoutMs: 60_000 },
    );
    await startInstances(lab.place, [slow], signal());
    await eventually(
      () => lab.log(slow),
      (text) => text === "ready\n",
    );
    const shut = shutdown(lab.place, signal());
    await eventually(knock, (status) => status === 503);
    const asked = ensureSupervisor(lab.place, signal());
    await new Promise((resolve) => setTimeout(resolve, 300));
    writeFileSync(over, "");
    const second = await asked;
    await shut;
    expect(second.outcome).toBe("started");
    expect(second.pid).not.toBe(first.pid);
    expect((await supervisorState(lab.place, signal()))?.instances).toEqual([]);
  });

  it("does not take a socket file for a supervisor that was killed with its keeper", async () => {
    await ensureSupervisor(lab.place, signal());
    const before = lab.processes();
    for (const pid of before) process.kill(pid, "SIGKILL");
    await eventually(lab.processes, (pids) => pids.length === 0);
    const after = await ensureSupervisor(lab.place, signal());
    expect(before).not.toContain(after.pid);
  });

  it("lets nobody else reach the control socket", async () => {
    await ensureSupervisor(lab.place, signal());
    expect(statSync(lab.place.controlSocket).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(lab.place.controlSocket)).mode & 0o777).toBe(0o700);
    expect(statSync(lab.place.folder).mode & 0o777).toBe(0o700);
  });

  it("lets the caller's process end at once", async () => {
    const script = `
      import { ensureSupervisor } from ${JSON.stringify(join(import.meta.dirname, "ensure-supervisor.ts"))};
      await ensureSupervisor(JSON.parse(process.argv[1]), AbortSignal.timeout(10000));
      console.log("done");`;
    const caller = spawn(process.execPath, ["--input-type=module", "-e", script, JSON.stringify(lab.place)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let doneAt = Number.NaN;
    caller.stdout.once("data", () => {
      doneAt = performance.now();
    });
    const [code] = await once(caller, "close");
    expect(code).toBe(0);
    expect(performance.now() - doneAt).toBeLessThan(4_000);
    expect(lives(await supervisorPid(lab))).toBe(true);
  });

  it("refuses a socket path that no system takes", async () => {
    const controlSocket = join(lab.root, "x".repeat(100), "supervisor.sock");
    const refused = ensureSupervisor({ ...lab.place, controlSocket }, signal());
    await expect(refused).rejects.toMatchObject({ code: "supervisor-socket-too-long" });
  });

  it("says what went wrong when the supervisor can't be started", async () => {
    const place = { ...lab.place, nodeBinary: join(lab.root, "no-node") };
    await expect(ensureSupervisor(place, signal(), 2_000)).rejects.toMatchObject({
      code: "supervisor-not-started",
      message: expect.stringContaining("did not answer in time"),
      details: expect.arrayContaining([expect.stringContaining("no-node")]),
    });
    // Nothing goes on trying in the background.
    expect(await eventually(lab.processes, (pids) => pids.length === 0)).toEqual([]);
  });
});

describe("a newer supervisor", () => {
  it("takes over from an older one under load without a lost request", async () => {
    await ensureSupervisor(lab.place, signal());
    const [web, worker] = [lab.server("r1/web.0"), lab.shell("r1/worker.0", "exec sleep 1000")];
    const started = await startInstances(lab.place, [web, worker], signal());
    const pids = started.map(({ pid }) => pid);
    await eventually(
      () => ask(web.socket),
      (answer) => answer === String(pids[0]),
    );

    const over = new AbortController();
    const load = askUntil(over.signal, web.socket);
    const replaced = await ensureSupervisor({ ...lab.place, version: "1.1.0", hash: "b" }, signal());
    expect(replaced).toMatchObject({ outcome: "replaced", version: "1.1.0" });
    const state = await supervisorState(lab.place, signal());
    expect(state?.instances.map(({ pid, restarts }) => ({ pid, restarts }))).toEqual(
      pids.map((pid) => ({ pid, restarts: 0 })),
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    over.abort();
    const answers = await load;
    expect(new Set(answers)).toEqual(new Set([String(pids[0])]));
    expect(answers.length).toBeGreaterThan(20);
    // Only the new supervisor and its keeper are left beside the instances.
    expect(await eventually(lab.processes, (all) => all.length === 4)).toHaveLength(4);
  });

  it("carries on an order that its predecessor could not finish", async () => {
    await ensureSupervisor(lab.place, signal());
    const over = join(lab.root, "over");
    const slow = lab.shell(
      "r1/worker.0",
      `trap 'while [ ! -e ${over} ]; do sleep 0.02; done; exit 0' TERM; echo ready; while :; do sleep 0.02; done`,
      { stopTimeoutMs: 60_000 },
    );
    const [started] = await startInstances(lab.place, [slow], signal());
    await eventually(
      () => lab.log(slow),
      (text) => text === "ready\n",
    );
    const stopped = stopInstances(lab.place, { release: "r1" }, signal());
    await eventually(
      () => statusOf(lab, slow),
      (status) => status?.state === "stopping",
    );
    await ensureSupervisor({ ...lab.place, version: "1.0.1" }, signal());
    writeFileSync(over, "");
    await stopped;
    await eventually(
      () => lives(started?.pid),
      (alive) => !alive,
    );
    const seen = await eventually(
      () => statusOf(lab, slow),
      (status) => status === undefined,
    );
    expect(seen).toBeUndefined();
  });

  it("replaces one of an older format, and keeps its instances", async () => {
    await startForeign({ version: "0.9.0", formats: [0] });
    await jsonRequest(
      lab.place.controlSocket,
      "PUT",
      "/instances",
      {
        format: 0,
        instances: [lab.shell("r1/worker.0", "exec sleep 1000")],
      },
      signal(),
    );
    await expect(supervisorState(lab.place, signal())).rejects.toMatchObject({ code: "supervisor-too-old" });
    const before = lab.processes();
    expect(await ensureSupervisor(lab.place, signal())).toMatchObject({
      outcome: "replaced",
      version: "1.0.0",
    });
    const [instance] = (await supervisorState(lab.place, signal()))?.instances ?? [];
    expect(before).toContain(instance?.pid);
    expect(instance).toMatchObject({ state: "running", restarts: 0 });
  });

  it("is kept by an older cozy whose format it speaks, and refuses one whose format it does not", async () => {
    const newer = await ensureSupervisor({ ...lab.place, version: "2.0.0", formats: [1, 2] }, signal());
    expect(await ensureSupervisor(lab.place, signal())).toEqual({ ...newer, outcome: "was running" });
    await shutdown(lab.place, signal());
    await startForeign({ version: "3.0.0", formats: [2] });
    const refused = ensureSupervisor(lab.place, signal());
    await expect(refused).rejects.toMatchObject({
      code: "supervisor-too-new",
      message: expect.stringContaining("cozy 3.0.0"),
      next: expect.stringContaining("cozywish@3.0.0"),
    });
    await jsonRequest(lab.place.controlSocket, "POST", "/shutdown", { format: 2 }, signal());
  });

  it("is not sent away by an order that was meant for its predecessor", async () => {
    const { pid } = await ensureSupervisor(lab.place, signal());
    const order = { format: 1, pid: pid + 1 };
    const answer = await jsonRequest(lab.place.controlSocket, "POST", "/leave", order, signal());
    expect(answer).toMatchObject({ status: 409, body: { error: { reason: "not-me" } } });
    expect(await supervisorPid(lab)).toBe(pid);
  });
});

/** The status that the control socket answers with now. */
async function knock(): Promise<number | undefined> {
  const asked = jsonRequest(lab.place.controlSocket, "GET", "/state?format=1", undefined, signal());
  return (await asked.catch(() => undefined))?.status;
}

async function askUntil(over: AbortSignal, socket: string | undefined): Promise<readonly string[]> {
  const answers: string[] = [];
  while (!over.aborted) answers.push(await ask(socket));
  return answers;
}

/** A supervisor that speaks other formats than this cozy. */
async function startForeign(more: Pick<SupervisorSettings, "version" | "formats">): Promise<void> {
  const { agentFile, nodeBinary, folder, logFolder, ...settings } = lab.place;
  for (const each of [folder, logFolder]) mkdirSync(each, { recursive: true, mode: 0o700 });
  const settingsFile = join(folder, settingsFileName);
  writeFileSync(settingsFile, JSON.stringify({ format: 1, folder, logFolder, ...settings, ...more }));
  startKeeper({ command: [nodeBinary, agentFile, settingsFile], folder, logFolder }).unref();
  await eventually(knock, (status) => status === 400);
}

describe("the control socket", () => {
  const refusals = [
    ["PUT", "/instances", { format: 7, instances: [] }, 400, "unknown-format"],
    ["PUT", "/instances", { instances: [] }, 400, "unknown-format"],
    ["PUT", "/instances", { format: 1, instances: [{}] }, 400, "bad-order"],
    ["PUT", "/instances", { format: 1 }, 400, "bad-order"],
    ["POST", "/stop", { format: 1, select: {} }, 400, "bad-order"],
    ["POST", "/retire", { format: 1, select: { release: "r1" }, at: "soon" }, 400, "bad-order"],
    ["PUT", "/proxy", { format: 1, proxy: { command: [] } }, 400, "bad-order"],
    ["POST", "/nonsense", { format: 1 }, 404, "unknown-order"],
  ] as const;

  it("refuses what it does not understand, and says what it speaks", async () => {
    await ensureSupervisor(lab.place, signal());
    for (const [method, path, body, status, reason] of refusals) {
      const answer = await jsonRequest(lab.place.controlSocket, method, path, body, signal());
      const expected = { status, body: { format: 1, speaks: [1], version: "1.0.0", error: { reason } } };
      expect(answer, `${method} ${path} ${JSON.stringify(body)}`).toMatchObject(expected);
    }
  });
});

describe("decide", () => {
  const ours = { version: "1.2.0", hash: "a" };
  const running = (version: string, hash: string): Running => ({ kind: "ours", pid: 1, version, hash });
  const foreign = (speaks: readonly number[]): Running => ({
    kind: "foreign",
    pid: 1,
    version: "9.0.0",
    speaks,
  });
  it.each<[string, Running, string]>([
    ["nobody", { kind: "nobody" }, "start"],
    ["one that begins or ends", { kind: "between" }, "wait"],
    ["the same", running("1.2.0", "a"), "keep"],
    ["the same version with other code", running("1.2.0", "b"), "replace"],
    ["an older one", running("1.1.9", "b"), "replace"],
    ["a preview of ours", running("1.2.0-beta.1", "b"), "replace"],
    ["a newer one", running("1.10.0", "b"), "keep"],
    ["one of an older format", foreign([0]), "replace"],
    ["one of a newer format", foreign([2, 3]), "refuse"],
  ])("%s", (_, who, decision) => {
    expect(decide(who, ours)).toBe(decision);
  });
});
