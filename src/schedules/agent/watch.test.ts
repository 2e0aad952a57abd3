import { mkdir, readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Schedule } from "../../project/project.ts";
import { resume, suspend } from "../suspension.ts";
import { createStage, nodeSchedule, type Stage } from "../testing/stage.ts";
import { forgetOthers, lookAtTheClock, longestWaitMs } from "./watch.ts";

const at = (text: string): number => new Date(`2026-11-24T${text}Z`).getTime();
const second = 1_000;

let stage: Stage;
let now = 0;
let started: { name: string; due: string; by: string }[] = [];
const hourly = nodeSchedule("");

beforeEach(async () => {
  stage = await createStage({});
  now = at("10:30:00");
  started = [];
});
afterEach(async () => stage.dispose());

let ids = 0;
async function look(schedules: Readonly<Record<string, Schedule>> = { hourly }): Promise<number> {
  return lookAtTheClock({
    release: "r1",
    schedules,
    folder: stage.schedules,
    now: () => now,
    newId: () => `run-${(ids += 1)}`,
    start: async ({ name, due, by }) => {
      started.push({ name, due: new Date(due).toISOString().slice(11, 19), by });
    },
    say: (line) => stage.said.push(line),
  });
}

describe("looking at the clock", () => {
  it("starts nothing at first, and each start once when its time has come", async () => {
    expect(await look()).toBe(longestWaitMs);
    now = at("10:59:50");
    expect(await look()).toBe(10 * second);
    now = at("11:00:00.003");
    await look();
    await look();
    now = at("11:00:31");
    await look();
    expect(started).toEqual([{ name: "hourly", due: "11:00:00", by: "clock" }]);
    expect(await stage.evidence("hourly")).toEqual([]);
  });

  it("makes a start up that fell into a short gap, and tells of those that fell into a long one", async () => {
    await look();
    now = at("13:00:45");
    await look();
    expect(started).toEqual([{ name: "hourly", due: "13:00:00", by: "clock" }]);
    expect(await stage.evidence("hourly")).toMatchObject([
      {
        outcome: "missed",
        due: at("12:00:00"),
        release: "r1",
        missed: { starts: 2, first: at("11:00:00"), more: false },
      },
    ]);
    expect(stage.said.join("\n")).toContain(
      "hourly: missed 2 times (2026-11-24 11:00:00 UTC to 2026-11-24 12:00:00 UTC)",
    );
  });

  it("makes up once for what was missed where that is wanted", async () => {
    const schedules = { hourly: { ...hourly, catchUp: true } };
    await look(schedules);
    now = at("13:10:00");
    await look(schedules);
    await look(schedules);
    expect(started).toEqual([{ name: "hourly", due: "13:00:00", by: "catch-up" }]);
    expect(await stage.evidence("hourly")).toMatchObject([{ outcome: "missed", missed: { starts: 3 } }]);
  });

  it("starts nothing while suspended, and calls nothing of it missed", async () => {
    await look();
    await suspend(stage.place("hourly"), { at: at("10:40:00"), by: "somebody", reason: "a full archive" });
    now = at("11:00:00");
    await look();
    now = at("15:30:00");
    await resume(stage.place("hourly"), at("15:20:00"), "somebody");
    await look();
    expect(started).toEqual([]);
    expect(await stage.evidence("hourly")).toEqual([]);
    now = at("16:00:00");
    await look();
    expect(started).toEqual([{ name: "hourly", due: "16:00:00", by: "clock" }]);
  });

  it("calls missed what came before the suspension and was not seen to", async () => {
    await look();
    await suspend(stage.place("hourly"), { at: at("12:30:00"), by: "somebody" });
    now = at("15:30:00");
    await look();
    expect(await stage.evidence("hourly")).toMatchObject([{ missed: { starts: 2 }, due: at("12:00:00") }]);
  });

  it("runs nothing twice where the clock is put back a little, and counts anew where by much", async () => {
    await look();
    now = at("11:00:01");
    await look();
    now = at("10:55:00");
    expect(await look()).toBe(longestWaitMs);
    now = at("11:00:01");
    await look();
    expect(started).toHaveLength(1);
    now = at("12:00:00") + 86_400_000;
    await look();
    now = at("11:30:00");
    await look();
    expect(stage.said.join("\n")).toContain("the clock was put back");
    now = at("12:00:00");
    await look();
    expect(started.map(({ due }) => due)).toEqual(["11:00:00", "12:00:00", "12:00:00"]);
  });

  it("goes by the new times of a release from its first look on", async () => {
    await look();
    now = at("10:45:00");
    const daily: Schedule = {
      ...hourly,
      when: { kind: "calendar", patterns: ["40 10 * * *"], timeZone: "UTC" },
    };
    await look({ hourly: daily });
    now = at("11:00:00");
    await look({ hourly: daily });
    expect(started).toEqual([]);
    expect(await stage.evidence("hourly")).toEqual([]);
  });

  it("calls nothing missed of the time when a release had no such schedule", async () => {
    await look();
    now = at("12:30:00");
    forgetOthers({
      schedules: { other: hourly },
      folder: stage.schedules,
      say: (line) => stage.said.push(line),
    });
    await look({ other: hourly });
    now = at("15:30:00");
    forgetOthers({ schedules: { hourly }, folder: stage.schedules, say: (line) => stage.said.push(line) });
    await look();
    expect(await stage.evidence("hourly")).toEqual([]);
    now = at("16:00:00");
    await look();
    expect(started).toEqual([{ name: "hourly", due: "16:00:00", by: "clock" }]);
  });

  it("leaves a damaged file alone, says so, and sees to the others", async () => {
    const broken = stage.place("broken");
    await mkdir(broken.folder, { recursive: true });
    await writeFile(broken.clock, "{ torn");
    const schedules = { broken: hourly, hourly };
    await look(schedules);
    now = at("11:00:00");
    await look(schedules);
    expect(started).toEqual([{ name: "hourly", due: "11:00:00", by: "clock" }]);
    expect(stage.said.join("\n")).toContain(`broken: ${broken.clock} is damaged`);
    expect(await readFile(broken.clock, "utf8")).toBe("{ torn");
  });

  it("tries a start again that could not be made", async () => {
    await look();
    now = at("11:00:00");
    const failing = { hourly };
    await lookAtTheClock({
      release: "r1",
      schedules: failing,
      folder: stage.schedules,
      now: () => now,
      newId: () => "x",
      start: () => Promise.reject(new Error("no memory")),
      say: (line) => stage.said.push(line),
    });
    expect(stage.said).toEqual(["hourly: no memory"]);
    now = at("11:00:30");
    await look();
    expect(started).toEqual([{ name: "hourly", due: "11:00:00", by: "clock" }]);
  });
});
