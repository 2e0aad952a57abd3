import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Secret } from "../secrets/secret.ts";
import { differences } from "./difference.ts";

describe("differences", () => {
  it("tells what one has otherwise, and what only one has", () => {
    expect(
      differences({ a: "1", b: "2", c: undefined, d: "4" }, { b: "3", a: "1", e: "5", c: undefined }),
    ).toEqual([
      { what: "b", one: "2", other: "3" },
      { what: "d", one: "4", other: undefined },
      { what: "e", one: undefined, other: "5" },
    ]);
  });

  it("compares secrets and shows none", () => {
    const one = { same: new Secret("hunter2"), key: new Secret("hunter2"), moved: new Secret("x") };
    const other = { same: new Secret("hunter2"), key: new Secret("hunter3"), moved: "x" };
    const found = differences(one, other);
    expect(found).toEqual([
      { what: "key", one: "a secret of its own", other: "a secret of its own" },
      { what: "moved", one: "a secret of its own", other: "x" },
    ]);
    expect(JSON.stringify(found)).not.toContain("hunter");
  });

  it("finds none in equals, and the same the other way round", () => {
    const described = fc.dictionary(fc.string(), fc.string());
    fc.assert(
      fc.property(described, described, (one, other) => {
        expect(differences(one, { ...one })).toEqual([]);
        const names = (found: ReturnType<typeof differences>) =>
          found.map(({ what }) => what).toSorted((a, b) => (a < b ? -1 : 1));
        expect(names(differences(one, other))).toEqual(names(differences(other, one)));
      }),
    );
  });
});
