import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HostState } from "../hosts/host.ts";
import { sampleHostState } from "../hosts/testing/sample-state.ts";
import { releasesToPrune } from "./retention.ts";

function observed(ids: readonly string[], more: Partial<HostState> = {}): HostState {
  return sampleHostState("fake", {
    releases: ids.map((id, index) => ({
      id,
      commit: id,
      commitSubject: "",
      artifact: "",
      createdAt: index,
      damaged: undefined,
    })),
    ...more,
  });
}

describe("releasesToPrune", () => {
  it("removes the oldest beyond those that are kept, oldest first", () => {
    expect(releasesToPrune(observed(["a", "b", "c", "d"], { current: "d" }), "e", 2)).toEqual(["a", "b"]);
  });

  it("keeps what is current, what the table leads to and what still runs, however old", () => {
    const state = observed(["a", "b", "c", "d"], { current: "a", routes: { "b/web.0.sock": 100 } });
    expect(releasesToPrune(state, "e", 1)).toEqual(["c"]);
  });

  it("never removes the new release or more than it has to", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^[a-z]{1,3}$/), { maxLength: 12 }),
        fc.nat(6),
        fc.nat(20),
        (ids, keep, pick) => {
          const next = ids[pick % Math.max(1, ids.length)] ?? "next";
          const pruned = releasesToPrune(observed(ids), next, keep);
          const left = ids.filter((id) => !pruned.includes(id) && id !== next);
          expect(pruned).not.toContain(next);
          expect(left.length).toBe(Math.min(keep, ids.filter((id) => id !== next).length));
        },
      ),
    );
  });
});
