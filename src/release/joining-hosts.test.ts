import { describe, expect, it } from "vitest";
import type { HostState } from "../hosts/host.ts";
import { joiningHosts } from "./joining-hosts.ts";
import { leavingHosts, refuseLeaving } from "./leaving-hosts.ts";

const names = ["web-1", "web-2", "web-3"];

function state(host: string, release: string | undefined, change: Partial<HostState> = {}): HostState {
  return {
    host,
    clock: 0,
    freeBytes: 1e9,
    releases: [],
    current: release,
    routes: release === undefined ? {} : { [`${release}/web.0.sock`]: 100 },
    instances: [],
    types: {},
    scale: {},
    supervised: true,
    ...change,
  };
}

function joining(fleet: readonly HostState[], asked: readonly string[] = []): string[] {
  return joiningHosts({ environment: "production", fleet, names, asked }).map(({ host }) => host);
}

describe("the hosts that join", () => {
  it("are new ones, ones behind, ones out of rotation, and none that serve the release alone", () => {
    const keeper = state("web-1", "r2", { inRotation: true });
    const well = state("web-2", "r2", { inRotation: true });
    expect(joining([keeper, well])).toEqual([]);
    expect(joining([keeper, well, state("web-3", undefined)])).toEqual(["web-3"]);
    expect(joining([keeper, well, state("web-3", "r1")])).toEqual(["web-3"]);
    expect(joining([keeper, well, state("web-3", "r2", { inRotation: false })])).toEqual(["web-3"]);
    const half = state("web-3", "r2", { routes: { "r2/web.0.sock": 50, "r1/web.0.sock": 50 } });
    expect(joining([keeper, well, half])).toEqual(["web-3"]);
  });

  it("are those that are named, whatever they serve", () => {
    const fleet = [state("web-1", "r2"), state("web-2", "r2"), state("web-3", undefined)];
    expect(joining(fleet, ["web-2"])).toEqual(["web-2"]);
  });

  it("are refused where there is nothing to join, where they are none, and where they can't be reached", () => {
    const [keeper, second] = [state("web-1", "r2"), state("web-2", "r2")];
    expect(() => joining([state("web-1", undefined)])).toThrow(/no release in force/);
    expect(() => joining([keeper, second], ["web-9"])).toThrow(/no host web-9/);
    expect(() => joining([keeper, second], ["web-1"])).toThrow(/web-1 keeps production/);
    expect(() => joining([keeper, second], ["web-3"])).toThrow(/web-3 can't be reached/);
  });
});

describe("the hosts that leave", () => {
  const refused =
    (asked: readonly string[], gone = false, among = names) =>
    () =>
      refuseLeaving({ environment: "production", names: among, asked, gone });

  it("are some that are there, and never the keeper or the only one", () => {
    expect(refused(["web-2"])).not.toThrow();
    expect(refused([])).toThrow(/Say which/);
    expect(refused(["web-9"])).toThrow(/no host web-9/);
    expect(refused(["web-9"], true)).not.toThrow();
    expect(refused(["web-1"])).toThrow(/can't leave before another/);
    expect(refused(["web-1"], false, ["web-1"])).toThrow(/only server/);
  });

  it("are told from those that stay, as long as they can be reached", () => {
    const fleet = [state("web-1", "r2"), state("web-2", "r2")];
    const { leaving, staying } = leavingHosts({ environment: "production", fleet, asked: ["web-2"] });
    expect([leaving, staying].map((hosts) => hosts.map(({ host }) => host))).toEqual([["web-2"], ["web-1"]]);
    expect(() => leavingHosts({ environment: "production", fleet, asked: ["web-3"] })).toThrow(
      /can't be reached/,
    );
  });
});
