import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAlive } from "../../src/instances/process-identity.ts";
import type { RunningRun } from "../../src/schedules/running.ts";
import { createSandbox, processesOf, served, until, type Sandbox } from "../support/sandbox.ts";
import { configWith, lastSeenTo, listOf, runsOf, watchers } from "../support/schedules.ts";

/** Writes a line when it begins, so that a run that came twice would be seen, and ends when it is told to. */
const job = `
  const { appendFileSync, existsSync } = require("fs");
  const name = process.env.COZY_SCHEDULE;
  appendFileSync("data/began.txt", name + "\\n");
  const asking = setInterval(() => {
    if (!existsSync("data/end-" + name)) return;
    console.log("done");
    clearInterval(asking);
  }, 50);`;
const schedules = ["overrun", "killed", "watcher", "deploy", "stop"]
  .map((name) => `${name}: { every: "1d", catchUp: true, run: ${JSON.stringify(["node", "-e", job])} }`)
  .join(",\n");
const daily = { kind: "every", everyMs: 86_400_000 } as const;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ config: configWith(schedules) });
  await sandbox.ok(["deploy", "staging"]);
});
afterAll(async () => sandbox.dispose());

async function runningOf(name: string): Promise<RunningRun | undefined> {
  const list = await listOf(sandbox);
  return list.schedules.find((schedule) => schedule.name === name)?.running ?? undefined;
}

/** Has the clock start it now: a start that was missed is made up for. */
async function startByClock(name: string): Promise<RunningRun> {
  await lastSeenTo(sandbox, name, Date.now() - 86_400_000, daily);
  let run: RunningRun | undefined;
  await until("it runs", async () => (run = await runningOf(name))?.command !== undefined);
  if (run === undefined) throw new Error(`${name} does not run`);
  return run;
}

async function outcomesOf(name: string): Promise<readonly string[]> {
  return (await runsOf(sandbox, name)).map(({ outcome }) => outcome);
}

const dataFile = (name: string): string =>
  join(sandbox.home, "environments", "tiny-staging", "persist", "data", name);

async function tellToEnd(name: string): Promise<void> {
  await writeFile(dataFile(`end-${name}`), "");
}

async function timesBegun(name: string): Promise<number> {
  return (await readFile(dataFile("began.txt"), "utf8")).split("\n").filter((line) => line === name).length;
}

describe("a schedule", () => {
  it("that overruns its next start skips that one, and says so", async () => {
    const byHand = sandbox.cozy(["schedules", "staging", "--run", "overrun"]);
    await until("it runs", async () => (await runningOf("overrun"))?.command !== undefined);
    await lastSeenTo(sandbox, "overrun", Date.now() - 86_400_000, daily);
    await until("it is skipped", async () => (await outcomesOf("overrun")).includes("skipped"));
    await tellToEnd("overrun");
    expect((await byHand).code).toBe(0);
    expect(await outcomesOf("overrun")).toEqual(["missed", "skipped", "succeeded"]);
    expect(await timesBegun("overrun")).toBe(1);
    const { stdout } = await sandbox.ok(["logs", "staging", "--type", "schedules"]);
    expect(stdout).toContain("skipped: the run before it had gone on for");
  });

  it("whose run is killed is lost, and is told", async () => {
    const run = await startByClock("killed");
    process.kill(run.keeper.pid, "SIGKILL");
    process.kill(-(run.command?.pid ?? 0), "SIGKILL");
    await until("it is lost", async () => (await outcomesOf("killed")).at(-1) === "lost");
    expect(await outcomesOf("killed")).toEqual(["missed", "lost"]);
    expect((await sandbox.ok(["schedules", "staging"])).stdout).toMatch(/^killed .+lost: /m);
  });

  it("goes on when the watcher is killed in the middle of its run, and does not begin twice", async () => {
    const run = await startByClock("watcher");
    const [watcher] = await watchers(sandbox);
    process.kill(watcher?.pid ?? 0, "SIGKILL");
    await until("it watches again", async () => (await watchers(sandbox))[0]?.pid !== watcher?.pid);
    expect((await runningOf("watcher"))?.id).toBe(run.id);
    await tellToEnd("watcher");
    await until("it ends", async () => (await outcomesOf("watcher")).length === 2);
    expect((await runsOf(sandbox, "watcher")).at(-1)).toMatchObject({ id: run.id, outcome: "succeeded" });
    expect(await timesBegun("watcher")).toBe(1);
  });

  it("goes on through a deploy in the middle of its run, with the code that it began with", async () => {
    const run = await startByClock("deploy");
    await sandbox.commit({ "version.txt": "two\n" });
    await sandbox.ok(["deploy", "staging"]);
    const { release } = await served(sandbox.url);
    expect(run.release).not.toBe(release);
    expect((await watchers(sandbox)).map(({ id }) => id.release)).toEqual([release]);
    expect(isAlive(run.keeper)).toBe(true);
    await tellToEnd("deploy");
    await until("it ends", async () => (await outcomesOf("deploy")).length === 2);
    expect((await runsOf(sandbox, "deploy")).at(-1)).toMatchObject({
      id: run.id,
      release: run.release,
      outcome: "succeeded",
      tail: ["done"],
    });
    expect(await timesBegun("deploy")).toBe(1);
  });

  it("is ended with the environment", async () => {
    const run = await startByClock("stop");
    await sandbox.ok(["stop", "staging"]);
    expect(isAlive(run.keeper)).toBe(false);
    expect(await processesOf(sandbox.home)).toEqual([]);
    expect(await outcomesOf("stop")).toEqual(["missed", "stopped"]);
  });
});
