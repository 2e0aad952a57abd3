import { describe, expect, it } from "vitest";
import { isOlder } from "./version-order.ts";

describe("isOlder", () => {
  it.each([
    ["0.9.9", "1.0.0", true],
    ["1.9.0", "1.10.0", true],
    ["1.0.0", "1.0.0", false],
    ["1.0.1", "1.0.0", false],
    ["1.0.0-rc.1", "1.0.0", true],
    ["1.0.0", "1.0.0-rc.1", false],
    ["1.0.0+build.2", "1.0.0", false],
  ])("%s before %s: %s", (version, than, expected) => {
    expect(isOlder(version, than)).toBe(expected);
  });
});
