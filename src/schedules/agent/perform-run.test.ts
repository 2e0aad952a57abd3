import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identify, isAlive } from "../../instances/process-identity.ts";
import { lastEvidence } from "../evidence.ts";
import { readRunning, runningNow } from "../running.ts";
import { createStage, nodeSchedule, until, untilFile, type Stage } from "../testing/stage.ts";

const stages: Stage[] = [];
/** What lets a run end that goes on until this is there. */
let over: string;
beforeEach(async () => {
  over = join(await mkdtemp(join(tmpdir(), "cozy-run-")), "over");
});
afterEach(async () => {
  for (const stage of stages.splice(0)) await stage.dispose();
  await rm(dirname(over), { recursive: true });
});

async function stageWith(...args: Parameters<typeof createStage>): Promise<Stage> {
  const stage = await createStage(...args);
  stages.push(stage);
  return stage;
}

describe("a run", () => {
  it("leaves evidence and its output, and neither holds a secret", async () => {
    const source = "console.log('token', process.env.TOKEN); console.error(process.env.COZY_SCHEDULE)";
    const stage = await stageWith({ cleanup: nodeSchedule(source) });
    const evidence = await stage.perform("cleanup", { due: 3_600_000, by: "clock" });
    expect(evidence).toMatchObject({
      format: 1,
      schedule: "cleanup",
      release: "r1",
      due: 3_600_000,
      by: "clock",
      outcome: "succeeded",
      exitCode: 0,
      signal: null,
    });
    expect(evidence?.tail.toSorted()).toEqual(["cleanup", "token [REDACTED]"]);
    expect(await stage.evidence("cleanup")).toEqual([evidence]);
    const output = await readFile(join(stage.place("cleanup").folder, evidence?.outputFile ?? ""), "utf8");
    expect(output).toContain("token [REDACTED]\n");
    expect(readRunning(stage.place("cleanup"))).toBeUndefined();
    expect(stage.said).toEqual([]);
  });

  it("gets the release's variables and nothing else", async () => {
    const stage = await stageWith({
      look: nodeSchedule("console.log(Object.keys(process.env).sort().join(' '))"),
    });
    const evidence = await stage.perform("look");
    expect(evidence?.tail).toEqual(["COZY_RUN COZY_SCHEDULE PATH TOKEN"]);
  });

  it("that fails is told, with the last that it said", async () => {
    const stage = await stageWith({
      broken: nodeSchedule("console.error('no such table'); process.exit(3)"),
    });
    expect(await stage.perform("broken")).toMatchObject({ outcome: "failed", exitCode: 3 });
    expect(stage.said.join()).toMatch(/^broken: run run-1 failed with exit code 3 after .+: no such table$/);
  });

  it("whose program is missing fails as in a shell", async () => {
    const schedule = { ...nodeSchedule(""), run: ["no-such-program"] };
    const stage = await stageWith({ missing: schedule });
    const evidence = await stage.perform("missing");
    expect(evidence).toMatchObject({ outcome: "failed", exitCode: 127 });
    expect(evidence?.tail).toEqual(["no-such-program: not found on the release's PATH"]);
  });

  it("that takes too long is ended with all that it started", async () => {
    // A shell is there at once, however busy the machine is.
    const script = "trap '' TERM; sleep 1000 & echo child $!; wait";
    const slow = { ...nodeSchedule("", { timeoutMs: 1_500 }), run: ["sh", "-c", script] };
    const stage = await stageWith({ slow });
    const evidence = await stage.perform("slow");
    expect(evidence).toMatchObject({ outcome: "timed-out", signal: "SIGKILL" });
    const child = Number(/child (\d+)/.exec(evidence?.tail.join("\n") ?? "")?.[1]);
    expect(child).toBeGreaterThan(1);
    expect(identify(child)).toBeUndefined();
  });

  it("does not wait for what has left its group and holds its output open", async () => {
    const daemon = `const daemon = require('node:child_process').spawn('sleep', ['1000'], { stdio: 'inherit', detached: true });
      console.log('daemon', daemon.pid); daemon.unref()`;
    const stage = await stageWith({ daemon: nodeSchedule(daemon) });
    const evidence = await stage.perform("daemon");
    expect(evidence).toMatchObject({ outcome: "succeeded" });
    const left = Number(/daemon (\d+)/.exec(evidence?.tail.join("\n") ?? "")?.[1]);
    expect(identify(left)).toBeDefined();
    process.kill(left, "SIGKILL");
  });

  it("ends at once when it is to stop, and says so", async () => {
    const stage = await stageWith({ long: nodeSchedule("setInterval(() => {}, 1000)") });
    const stop = new AbortController();
    const run = stage.perform("long", {}, { stop: stop.signal });
    await until("it runs", () => readRunning(stage.place("long"))?.command !== undefined);
    stop.abort();
    expect(await run).toMatchObject({ outcome: "stopped", signal: "SIGTERM" });
    expect(stage.said).toEqual([]);
  });

  it("keeps the beginning and the end of much output", async () => {
    const stage = await stageWith({
      chatty: nodeSchedule("for (let i = 0; i < 40000; i += 1) console.log(i, 'x'.repeat(100))"),
    });
    const evidence = await stage.perform("chatty");
    const output = await readFile(join(stage.place("chatty").folder, evidence?.outputFile ?? ""), "utf8");
    expect(output.length).toBeLessThan(2.2 * 1024 * 1024);
    expect(output).toMatch(/^0 x/);
    expect(output).toMatch(/\[cozy: \d+ lines are left out here\]\n39800 x/);
    expect(output).toMatch(/\n39999 x+\n$/);
  });
});

describe("evidence", () => {
  it("stays small, however long the lines are that a run prints", async () => {
    const stage = await stageWith({
      wide: nodeSchedule("for (let i = 0; i < 30; i += 1) console.log('x'.repeat(50_000))"),
    });
    await stage.perform("wide", { due: 1, by: "clock" });
    expect((await readFile(stage.place("wide").evidence, "utf8")).length).toBeLessThan(10_000);
    expect(await lastEvidence(stage.place("wide"), 5)).toHaveLength(1);
  });
});

describe("a start that falls into a run", () => {
  it("is skipped, and says how long the other has gone on", async () => {
    const stage = await stageWith({ slow: nodeSchedule(untilFile(over)) });
    const first = stage.perform("slow", { due: 1, by: "clock" });
    await until("it runs", () => readRunning(stage.place("slow")) !== undefined);
    expect(await stage.perform("slow", { due: 2, by: "clock" })).toBeUndefined();
    expect(await stage.perform("slow")).toBeUndefined();
    await writeFile(over, "");
    await first;
    const runs = await stage.evidence("slow");
    expect(runs.map(({ outcome, due }) => [outcome, due])).toEqual([
      ["skipped", 2],
      ["succeeded", 1],
    ]);
    expect(runs[0]?.otherRanForMs).toBeGreaterThanOrEqual(0);
    expect(stage.said.join()).toContain("skipped: the run before it had gone on for");
  });

  it("takes place once, whoever asks for it twice", async () => {
    const stage = await stageWith({ once: nodeSchedule("") });
    expect(await stage.perform("once", { due: 7, by: "clock" })).toMatchObject({ outcome: "succeeded" });
    expect(await stage.perform("once", { due: 7, by: "clock" })).toBeUndefined();
    expect(await stage.evidence("once")).toHaveLength(1);
  });

  it("is the only one of many that come at the same time", async () => {
    const stage = await stageWith({ crowd: nodeSchedule(untilFile(over)) });
    const children = Array.from({ length: 5 }, (_, due) =>
      stage.spawn("crowd", { due: due + 1, by: "clock" }),
    );
    // Listened for from the start: those that are skipped may have gone before the others have come.
    const allGone = Promise.all(children.map((child) => once(child, "exit")));
    await until("all others have come", async () => (await stage.evidence("crowd")).length === 4);
    await writeFile(over, "");
    await allGone;
    const outcomes = (await stage.evidence("crowd")).map(({ outcome }) => outcome).sort();
    expect(outcomes).toEqual(["skipped", "skipped", "skipped", "skipped", "succeeded"]);
  });
});

describe("a run whose keeper is killed", () => {
  it("is lost once its command has gone too, and until then no other begins", async () => {
    const stage = await stageWith({ job: nodeSchedule("setInterval(() => {}, 1000)") });
    const place = stage.place("job");
    const keeper = stage.spawn("job");
    await until("it runs", () => readRunning(place)?.command !== undefined);
    const run = readRunning(place);
    const command = run?.command;
    if (command === undefined) throw new Error("no command");
    keeper.kill("SIGKILL");
    await new Promise((resolve) => keeper.once("exit", resolve));
    expect(isAlive(command)).toBe(true);
    expect((await runningNow(place, Date.now())).run?.id).toBe(run?.id);
    expect(await stage.perform("job", { due: 5, by: "clock" })).toBeUndefined();

    process.kill(-command.pid, "SIGKILL");
    await until("it is gone", () => !isAlive(command));
    const { run: now, lost } = await runningNow(place, Date.now());
    expect(now).toBeUndefined();
    expect(lost).toMatchObject({ id: run?.id, outcome: "lost", exitCode: null });
    const runs = await stage.evidence("job");
    expect(runs.map(({ outcome }) => outcome)).toEqual(["skipped", "lost"]);
  });

  it("is ended at its time-out by whoever looks next", async () => {
    const stage = await stageWith({
      job: nodeSchedule("setInterval(() => {}, 1000)", { timeoutMs: 60_000 }),
    });
    const place = stage.place("job");
    const keeper = stage.spawn("job");
    await until("it runs", () => readRunning(place)?.command !== undefined);
    keeper.kill("SIGKILL");
    await new Promise((resolve) => keeper.once("exit", resolve));
    await until("it is lost", async () => (await runningNow(place, Date.now() + 60_000)).lost !== undefined);
    expect((await stage.evidence("job")).at(-1)).toMatchObject({ outcome: "lost" });
  });
});
