import { describe, expect, it } from "vitest";
import { parseSince } from "./parse-since.ts";

const now = Date.UTC(2026, 10, 24, 12);

describe("parseSince", () => {
  it.each([
    ["30m", now - 30 * 60_000],
    ["2h", now - 2 * 3_600_000],
    ["2026-11-24T03:15Z", Date.UTC(2026, 10, 24, 3, 15)],
    ["yesterday", undefined],
    ["-5m", undefined],
    ["2026-02-30 10:00", undefined],
  ])("%s", (text, at) => expect(parseSince(text, now)).toBe(at));
});
