import { describe, expect, it } from "vitest";
import { freeReleaseId, releaseId } from "./release-id.ts";

const at = Date.UTC(2026, 10, 24, 13, 5, 9);

describe("releaseId", () => {
  it("is the time in UTC and the short commit", () => {
    expect(releaseId("ab12cd3400000000000000000000000000000000", at)).toBe("20261124-130509-ab12cd3");
  });

  it("is never one that is taken", () => {
    const commit = "ab12cd3400000000000000000000000000000000";
    expect(freeReleaseId(commit, at, [releaseId(commit, at)])).toBe("20261124-130510-ab12cd3");
  });
});
