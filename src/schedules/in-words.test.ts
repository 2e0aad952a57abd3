import { describe, expect, it } from "vitest";
import { normaliseSchedule } from "../project/normalise-schedules.ts";
import { whenText } from "./in-words.ts";

describe("whenText", () => {
  it.each([
    [{ every: "1h" }, "every hour"],
    [{ every: "1m" }, "every minute"],
    [{ every: "15m" }, "every 15 min"],
    [{ every: "90m" }, "every 1 h 30 min"],
    [{ every: "1d" }, "every day"],
    [{ every: "48h" }, "every 2 days"],
    [{ at: "03:30" }, "at 03:30, UTC"],
    [{ at: ["15:00", "03:30"], timeZone: "Europe/Zurich" }, "at 03:30 and 15:00, Europe/Zurich"],
    [{ at: "03:05", on: ["sunday", "monday"] }, "at 03:05 on Monday and Sunday, UTC"],
    [{ cron: "0 6 * * 1" }, "at 06:00 on Monday, UTC"],
    [{ cron: "*/5 8-18 * * MON-FRI" }, 'by cron "*/5 8-18 * * MON-FRI", UTC'],
  ] as const)("%j: %s", (times, text) => {
    expect(whenText(normaliseSchedule({ run: "true", ...times }).when)).toBe(text);
  });
});
