import { readFileSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureSupervisor } from "../ensure-supervisor.ts";
import type { InstanceSpec } from "../instance.ts";
import { stateFile } from "../protocol.ts";
import {
  retireInstances,
  shutdown,
  startInstances,
  stopInstances,
  supervisorState,
} from "../supervisor-client.ts";
import {
  ask,
  eventually,
  killSupervisor,
  lives,
  openLab,
  parentOf,
  removeAgent,
  signal,
  statusOf,
  supervisorPid,
  type Lab,
} from "../testing/lab.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
  await ensureSupervisor(lab.place, signal());
});
afterEach(() => lab.close());
afterAll(removeAgent);

async function start(spec: InstanceSpec): Promise<number> {
  const [status] = await startInstances(lab.place, [spec], signal());
  return status?.pid ?? Number.NaN;
}

describe("a supervisor that is killed", () => {
  it("comes back by itself with the same instances, which go on serving", async () => {
    const web = lab.server("r1/web.0");
    const pid = await start(web);
    await eventually(
      () => ask(web.socket),
      (answer) => answer === String(pid),
    );
    // Some 200 ms where nothing else runs.
    expect(await killSupervisor(lab)).toBeLessThan(10_000);
    expect(await ask(web.socket)).toBe(String(pid));
    expect(await statusOf(lab, web)).toMatchObject({ state: "running", pid, restarts: 0 });
    await stopInstances(lab.place, { release: "r1" }, signal());
    expect(lives(pid)).toBe(false);
  });

  it("sees the end of an instance that it took over, and starts it again", async () => {
    const worker = lab.shell("r1/worker.0", "exec sleep 1000");
    const pid = await start(worker);
    await killSupervisor(lab);
    process.kill(pid, "SIGKILL");
    const after = await eventually(
      () => statusOf(lab, worker),
      (status) => status?.restarts === 1 && status.state === "running",
    );
    expect(after).toMatchObject({ lastExit: { code: null, signal: null } });
    expect(lives(after?.pid)).toBe(true);
  });

  it("starts what ended while it was away, and ends what that left behind", async () => {
    const worker = lab.shell("r1/worker.0", `sleep 1000 & echo $! > ${lab.root}/child; wait`);
    const pid = await start(worker);
    const child = Number(
      await eventually(
        () => readText(join(lab.root, "child")),
        (text) => text.endsWith("\n"),
      ),
    );
    const supervisor = await supervisorPid(lab);
    process.kill(supervisor, "SIGKILL");
    process.kill(pid, "SIGKILL");
    const after = await eventually(
      () => statusOf(lab, worker),
      (status) => status?.restarts === 1 && status.state === "running",
    );
    expect(after?.pid).not.toBe(pid);
    expect(lives(child)).toBe(false);
  });

  it("goes on stopping what it was told to stop", async () => {
    const stubborn = lab.shell("r1/worker.0", "trap '' TERM; while :; do sleep 0.05; done", {
      stopTimeoutMs: 3_000,
    });
    const pid = await start(stubborn);
    const stopped = stopInstances(lab.place, { release: "r1" }, signal());
    await eventually(
      () => statusOf(lab, stubborn),
      (status) => status?.state === "stopping",
    );
    await killSupervisor(lab);
    // The order itself was cut off; it is given again and finds the work under way.
    await stopped;
    await eventually(
      () => lives(pid),
      (alive) => !alive,
    );
    expect(await statusOf(lab, stubborn)).toBeUndefined();
  });

  it("stops a retired instance at its time, also when that passed while it was away", async () => {
    const [early, late] = [
      lab.shell("r1/web.0", "exec sleep 1000"),
      lab.shell("r2/web.0", "exec sleep 1000"),
    ];
    const pids = [await start(early), await start(late)];
    // Longer than a supervisor takes to come back on a busy machine.
    const at = Date.now() + 4_000;
    await retireInstances(lab.place, { release: "r1" }, Date.now() + 50, signal());
    await retireInstances(lab.place, { release: "r2" }, at, signal());
    process.kill(await supervisorPid(lab), "SIGKILL");
    await eventually(
      () => lives(pids[0]),
      (alive) => !alive,
    );
    expect(lives(pids[1])).toBe(true);
    await eventually(
      () => lives(pids[1]),
      (alive) => !alive,
    );
    expect(Date.now()).toBeGreaterThanOrEqual(at);
    await eventually(
      () => supervisorState(lab.place, signal()),
      (state) => state?.instances.length === 0,
    );
    expect(lab.events().filter(({ event }) => event === "retired")).toHaveLength(2);
  });

  it("finds a process whose pid it had no time to write down", async () => {
    const worker = { ...lab.shell("r1/worker.0", ""), command: ["/bin/sleep", "1000"] };
    // What a supervisor leaves that dies right after the start: the order is kept, the process runs, its pid stands nowhere.
    process.kill(await supervisorPid(lab), "SIGSTOP");
    const orphan = spawn("/bin/sleep", ["1000"], {
      cwd: worker.folder,
      env: { LAB: lab.root, ...worker.variables },
      detached: true,
      stdio: "ignore",
    });
    const kept = { format: 1, instances: [{ spec: worker, restarts: 0 }] };
    writeFileSync(join(lab.place.folder, stateFile), JSON.stringify(kept));
    process.kill(ownerPid(), "SIGKILL");
    const found = await eventually(
      () => statusOf(lab, worker),
      (status) => status !== undefined,
    );
    expect(found).toMatchObject({ state: "running", pid: orphan.pid });
  });
});

describe("the keeper", () => {
  it("is replaced when it is killed, and the new one starts the supervisor again too", async () => {
    const worker = lab.shell("r1/worker.0", "exec sleep 1000");
    const pid = await start(worker);
    for (let round = 0; round < 2; round += 1) {
      const supervisor = await supervisorPid(lab);
      const keepers = lab.events().filter(({ event }) => event === "keeper-started").length;
      process.kill(parentOf(supervisor), "SIGKILL");
      await eventually(
        lab.events,
        (all) => all.filter(({ event }) => event === "keeper-started").length > keepers,
      );
      expect(await supervisorPid(lab)).toBe(supervisor);
      await killSupervisor(lab);
    }
    expect(await statusOf(lab, worker)).toMatchObject({ pid, restarts: 0 });
  });

  it("is replaced at once when it was a replacement itself", async () => {
    const supervisor = await supervisorPid(lab);
    process.kill(parentOf(supervisor), "SIGKILL");
    const [first] = await eventually(keepersStarted, (pids) => pids.length === 1);
    process.kill(first ?? 0, "SIGKILL");
    const [, second] = await eventually(keepersStarted, (pids) => pids.length === 2);
    expect(lives(second)).toBe(true);
    expect(await supervisorPid(lab)).toBe(supervisor);
  });

  it("that sleeps while the supervisor is ended on purpose starts none afterwards", async () => {
    // The keeper waits longer after each death; a new supervisor comes by the client meanwhile, and is shut down.
    for (let deaths = 0; deaths < 3; deaths += 1) await killSupervisor(lab);
    process.kill(await supervisorPid(lab), "SIGKILL");
    await ensureSupervisor(lab.place, signal());
    await shutdown(lab.place, signal());
    expect(lab.processes()).not.toEqual([]);
    await eventually(lab.processes, (pids) => pids.length === 0, 10_000);
    const events = lab.events();
    expect(events.filter(({ event }) => event === "supervisor-started")).toHaveLength(5);
    expect(events.at(-1)?.["event"]).toBe("supervisor-ended");
  });

  it("gives the supervisor nothing of the deployer's environment", async () => {
    const environment = readFileSync(`/proc/${await supervisorPid(lab)}/environ`, "utf8")
      .split("\0")
      .filter(Boolean);
    const names = environment
      .map((line) => line.split("=")[0])
      .filter((name) => name !== "PWD" && name !== "OLDPWD");
    for (const name of names)
      expect(["PATH", "HOME", "TZ", "LANG", "COZY_KEEPER", "COZY_START"]).toContain(name);
  });
});

describe("a state that can't be read", () => {
  it.each([
    ["damaged", '{"format":1,"insta', "supervisor-state-damaged", "is not JSON"],
    ["without instances", '{"format":1}', "supervisor-state-damaged", "no list of instances"],
    [
      "with half an instance",
      '{"format":1,"instances":[{"restarts":0}]}',
      "supervisor-state-damaged",
      "is not an object",
    ],
    ["of a newer format", '{"format":2,"things":[]}', "supervisor-state-newer", "has format 2"],
  ])("%s is refused, kept as it is, and leaves the instances running", async (_, text, code, message) => {
    const pid = await start(lab.shell("r1/worker.0", "exec sleep 1000"));
    const file = join(lab.place.folder, stateFile);
    const good = readFileSync(file, "utf8");
    const supervisor = await supervisorPid(lab);
    process.kill(supervisor, "SIGSTOP");
    writeFileSync(file, text);
    process.kill(supervisor, "SIGKILL");
    await eventually(
      () => lab.processes(),
      (pids) => pids.length === 1,
    );

    const refused = ensureSupervisor(lab.place, signal());
    await expect(refused).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    expect(readFileSync(file, "utf8")).toBe(text);
    expect(lives(pid)).toBe(true);
    await eventually(
      () => lab.processes(),
      (pids) => pids.length === 1,
    );

    writeFileSync(file, good);
    await ensureSupervisor(lab.place, signal());
    expect((await supervisorState(lab.place, signal()))?.instances).toMatchObject([{ pid, restarts: 0 }]);
  });
});

function keepersStarted(): readonly number[] {
  return lab.events().flatMap(({ event, pid }) => (event === "keeper-started" ? [Number(pid)] : []));
}

function ownerPid(): number {
  const started = lab.events().findLast(({ event }) => event === "supervisor-started");
  return Number(started?.["pid"]);
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
