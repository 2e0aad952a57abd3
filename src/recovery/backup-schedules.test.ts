import { describe, expect, it } from "vitest";
import type { ScheduleTimes } from "../project/project.ts";
import { nextRun } from "../schedules/times.ts";
import { allSchedules, backupSchedules, weeklyTimes } from "./backup-schedules.ts";

const daily: ScheduleTimes = { kind: "calendar", patterns: ["30 2 * * *"], timeZone: "Europe/Zurich" };
const weekly = { store: { kind: "directory", path: "/weekly" }, keepMs: 1 } as const;
const backups = { store: undefined, keepMs: 1, when: daily, weekly: undefined };
const node = "/r1/agents/node";
const agent = "/r1/agents/backup.mjs";

describe("backupSchedules", () => {
  it("has one a class that is declared, run from the release's folder and made up for", () => {
    expect(backupSchedules({ backups }, "/r1")).toEqual({
      backup: { run: [node, agent, "/r1", "daily"], when: daily, timeoutMs: 21_600_000, catchUp: true },
    });
    const both = backupSchedules({ backups: { ...backups, weekly } }, "/r1");
    expect(both["backup-weekly"]).toMatchObject({ run: [node, agent, "/r1", "weekly"], catchUp: true });
    expect(backupSchedules({ backups: undefined }, "/r1")).toEqual({});
  });

  it("stands beside the application's own", () => {
    const cleanup = { run: ["x"], when: daily, timeoutMs: 1, catchUp: false };
    expect(Object.keys(allSchedules({ schedules: { cleanup }, backups }, "/r1"))).toEqual([
      "cleanup",
      "backup",
    ]);
    expect(allSchedules({ schedules: { cleanup } }, "/r1")).toEqual({ cleanup });
    expect(allSchedules({}, "/r1")).toEqual({});
  });
});

describe("the weekly backup", () => {
  it.each<[ScheduleTimes, string]>([
    [daily, "30 2 * * 0"],
    [{ kind: "calendar", patterns: ["15 22 * * *", "5 4 * * *"], timeZone: "UTC" }, "5 4 * * 0"],
    [{ kind: "calendar", patterns: ["0 4 * * 1,3"], timeZone: "UTC" }, "0 4 * * 0"],
    [{ kind: "calendar", patterns: ["*/10 * * * *"], timeZone: "UTC" }, "0 3 * * 0"],
    [{ kind: "every", everyMs: 3_600_000 }, "0 3 * * 0"],
  ])("of %j is at %s", (when, pattern) => {
    const times = weeklyTimes(when);
    expect(times).toMatchObject({ kind: "calendar", patterns: [pattern] });
    const saturday = Date.UTC(2026, 10, 28, 12);
    const next = nextRun(times, saturday) ?? 0;
    expect(next - saturday).toBeLessThan(86_400_000);
    expect((nextRun(times, next) ?? 0) - next).toBe(7 * 86_400_000);
  });

  it("keeps to the time zone of the daily one", () => {
    expect(weeklyTimes(daily)).toMatchObject({ timeZone: "Europe/Zurich" });
  });
});
