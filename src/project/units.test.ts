import { describe, expect, it } from "vitest";
import { durationMs, durationPattern, sizeBytes, sizePattern } from "./units.ts";

describe("durations and sizes", () => {
  it.each([
    ["250ms", 250],
    ["30s", 30_000],
    ["1.5m", 90_000],
    ["4h", 14_400_000],
    ["2d", 172_800_000],
    ["0s", 0],
  ])("%s is %i ms", (text, expected) => {
    expect(durationMs(text)).toBe(expected);
  });

  it.each([
    ["64KB", 65_536],
    ["512MB", 536_870_912],
    ["1.5GB", 1_610_612_736],
  ])("%s is %i bytes", (text, expected) => {
    expect(sizeBytes(text)).toBe(expected);
  });

  it.each(["", "5", "5 s", "-5s", "1e3s", "s", "5S", "5m30s", ".5s"])("%j is no duration", (text) => {
    expect(durationPattern.test(text)).toBe(false);
  });

  it.each(["", "5", "512mb", "1TB", "-1MB"])("%j is no size", (text) => {
    expect(sizePattern.test(text)).toBe(false);
  });
});
