import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { comparePythons, pythonRange } from "./python-version.ts";

describe("a range of Pythons", () => {
  it.each([
    ["3.12", "3.12.7", true],
    ["3.12", "3.13.0", false],
    ["3", "3.9.1", true],
    ["3.12.4", "3.12.4", true],
    ["3.12.4", "3.12.5", false],
    [">=3.11,<3.14", "3.13.2", true],
    [">=3.11,<3.14", "3.14.0", false],
    [">= 3.11 , != 3.12.*", "3.12.1", false],
    ["~=3.11", "3.13.0", true],
    ["~=3.11.2", "3.11.9", true],
    ["~=3.11.2", "3.12.0", false],
    ["==3.11.*", "3.11.0", true],
    [">3.11", "3.11.0", false],
    ["<=3.12", "3.12.0", true],
    [">=3.11", "3.14.0rc1", false],
  ])("%s and %s: %s", (range, version, allowed) => {
    expect(pythonRange(range)?.allows(version)).toBe(allowed);
  });

  it.each(["latest", "", "^3.11", "3.11,3.12", ">=3.11.*", "~=3", "3.x", "pypy3.10"])(
    "%j can't be read",
    (text) => {
      expect(pythonRange(text)).toBeUndefined();
    },
  );

  it("is the other half of its opposite, and comparing agrees with both", () => {
    const version = fc.tuple(fc.nat(4), fc.nat(20), fc.nat(20)).map((numbers) => numbers.join("."));
    fc.assert(
      fc.property(version, version, (a, b) => {
        const order = Math.sign(comparePythons(a, b));
        expect(pythonRange(`<${b}`)?.allows(a)).toBe(order < 0);
        expect(pythonRange(`>=${b}`)?.allows(a)).toBe(order >= 0);
        expect(pythonRange(`==${b}`)?.allows(a)).toBe(order === 0);
        expect(pythonRange(`!=${b}`)?.allows(a)).toBe(order !== 0);
      }),
    );
  });
});
