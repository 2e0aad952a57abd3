import { describe, expect, it } from "vitest";
import type { HostState } from "../hosts/host.ts";
import { rollbackTarget } from "./rollback-target.ts";

const ids = ["20261124-100000-aaaaaaa", "20261124-110000-bbbbbbb", "20261124-120000-ccccccc"];

function observed(current: string | undefined): HostState {
  return {
    host: "fake",
    clock: 0,
    freeBytes: 0,
    releases: ids.map((id, index) => ({
      id,
      commit: id.slice(-7).repeat(6).slice(0, 40),
      commitSubject: "",
      artifact: "",
      createdAt: index,
      damaged: undefined,
    })),
    current,
    routes: {},
    instances: [],
    types: {},
    scale: {},
    supervised: true,
  };
}

describe("rollbackTarget", () => {
  it("is the newest that is older than the one in force", () => {
    expect(rollbackTarget(observed(ids[2]), "staging", {})).toBe(ids[1]);
    expect(rollbackTarget(observed(ids[1]), "staging", {})).toBe(ids[0]);
  });

  it("is the one that served before, and not the newer one that was rolled back from", () => {
    expect(rollbackTarget(observed(ids[2]), "staging", { servedBefore: ids[0] })).toBe(ids[0]);
    expect(rollbackTarget(observed(ids[2]), "staging", { servedBefore: "pruned-since" })).toBe(ids[1]);
  });

  it("is the one asked for, by id, part of it or commit", () => {
    expect(rollbackTarget(observed(ids[2]), "staging", { asked: ids[0] })).toBe(ids[0]);
    expect(rollbackTarget(observed(ids[0]), "staging", { asked: "bbbbbbb" })).toBe(ids[1]);
  });

  it("refuses where there is nothing earlier, and says what serves", () => {
    expect(() => rollbackTarget(observed(ids[0]), "staging", {})).toThrow(
      /is the oldest release that staging keeps/,
    );
    expect(() => rollbackTarget(observed(undefined), "staging", {})).toThrow(/Nothing serves in staging yet/);
  });

  it("names the nearest where there is none of that name, and all where several match", () => {
    expect(() => rollbackTarget(observed(ids[2]), "staging", { asked: "20261124-110000-bbbbbbc" })).toThrow(
      /20261124-110000-bbbbbbb/,
    );
    expect(() => rollbackTarget(observed(ids[2]), "staging", { asked: "20261124" })).toThrow(
      /could be any of/,
    );
  });
});
