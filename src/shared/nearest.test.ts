import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearest } from "./nearest.ts";

describe("nearest", () => {
  it.each([
    ["prot", ["port", "address"], ["port"]],
    ["stagin", ["production", "staging", "local"], ["staging"]],
    ["prod", ["production", "staging"], ["production"]],
    ["Port", ["port"], ["port"]],
    ["x", ["port", "address"], []],
    ["", ["port"], []],
  ])("takes %s among %j for %j", (word, candidates, expected) => {
    expect(nearest(word, candidates)).toEqual(expected);
  });

  it("gives the nearest first, and no more than asked for", () => {
    expect(nearest("counts", ["mounts", "count", "counter", "county"], 2)).toEqual(["mounts", "count"]);
  });

  it("finds a word that was mistyped in one place", () => {
    const slip = fc.tuple(fc.stringMatching(/^[a-z]{4,12}$/), fc.nat(3));
    fc.assert(
      fc.property(slip, ([word, at]) => {
        expect(nearest(word.slice(0, at) + word.slice(at + 1), [word])).toEqual([word]);
      }),
    );
  });
});
