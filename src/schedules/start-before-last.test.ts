import { describe, expect, it } from "vitest";
import type { ScheduleTimes } from "../project/project.ts";
import { startBeforeLast } from "./start-before-last.ts";

const now = Date.parse("2026-11-24T12:00:00.000Z");

function before(when: ScheduleTimes): string | undefined {
  const at = startBeforeLast(when, now);
  return at === undefined ? undefined : new Date(at).toISOString().replace(":00.000Z", "Z");
}

const calendar = (...patterns: string[]): ScheduleTimes => ({ kind: "calendar", patterns, timeZone: "UTC" });

describe("the start before the last", () => {
  it("is found whether starts come each minute or once in years", () => {
    expect(before({ kind: "every", everyMs: 900_000 })).toBe("2026-11-24T11:45Z");
    expect(before({ kind: "every", everyMs: 7_000_000 })).toBe("2026-11-24T09:53:20.000Z");
    expect(before(calendar("* * * * *"))).toBe("2026-11-24T11:59Z");
    expect(before(calendar("0 3 * * *"))).toBe("2026-11-23T03:00Z");
    expect(before(calendar("0 3 * * *", "30 11 * * *"))).toBe("2026-11-24T03:00Z");
    expect(before(calendar("0 3 1 1 *"))).toBe("2025-01-01T03:00Z");
    expect(before(calendar("0 3 29 2 *"))).toBe("2020-02-29T03:00Z");
  });
});
