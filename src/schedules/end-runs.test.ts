import { afterEach, describe, expect, it } from "vitest";
import { isAlive } from "../instances/process-identity.ts";
import { endRuns } from "./end-runs.ts";
import { allEvidence } from "./evidence.ts";
import { readRunning } from "./running.ts";
import { schedulePlace } from "./schedule-place.ts";
import { createStage, nodeSchedule, until, type Stage } from "./testing/stage.ts";

const never = new AbortController().signal;
let stage: Stage | undefined;
afterEach(async () => stage?.dispose());

describe("endRuns", () => {
  it("ends what runs, each with its evidence, and tells which", async () => {
    const idle = nodeSchedule("setInterval(() => {}, 1000)");
    stage = await createStage({ one: idle, two: idle, none: idle });
    const { schedules } = stage;
    const place = (name: string) => schedulePlace(schedules, name);
    const outcomesOf = async (name: string) =>
      (await allEvidence(place(name))).runs.map(({ outcome }) => outcome);
    stage.spawn("one");
    stage.spawn("two");
    const commandOf = (name: string) => readRunning(place(name))?.command;
    await until("both run", () => commandOf("one") !== undefined && commandOf("two") !== undefined);
    const commands = ["one", "two"].map(commandOf);
    expect(await endRuns(schedules, never)).toEqual(["one", "two"]);
    expect(commands.map((command) => command !== undefined && isAlive(command))).toEqual([false, false]);
    expect(await outcomesOf("one")).toEqual(["stopped"]);
    expect(await outcomesOf("two")).toEqual(["stopped"]);
    expect(await endRuns(schedules, never)).toEqual([]);
  });

  it("has whoever may do so end a run of another user's", async () => {
    stage = await createStage({ job: nodeSchedule("setInterval(() => {}, 1000)") });
    const place = stage.place("job");
    const keeper = stage.spawn("job");
    await until("it runs", () => readRunning(place)?.command !== undefined);
    const told: unknown[] = [];
    const tell = async (pid: number, name: "SIGTERM" | "SIGKILL") => {
      told.push([pid, name]);
      process.kill(pid, name);
    };
    expect(await endRuns(stage.schedules, never, tell)).toEqual(["job"]);
    expect(told).toEqual([[keeper.pid, "SIGTERM"]]);
  });

  it("ends the command of a keeper that was killed", async () => {
    stage = await createStage({ job: nodeSchedule("setInterval(() => {}, 1000)") });
    const place = stage.place("job");
    const keeper = stage.spawn("job");
    await until("it runs", () => readRunning(place)?.command !== undefined);
    keeper.kill("SIGKILL");
    await new Promise((resolve) => keeper.once("exit", resolve));
    expect(await endRuns(stage.schedules, never)).toEqual(["job"]);
    expect((await stage.evidence("job")).map(({ outcome }) => outcome)).toEqual(["lost"]);
    expect(readRunning(place)).toBeUndefined();
  });
});
