import { describe, expect, it } from "vitest";
import { CozyError } from "../errors/cozy-error.ts";
import type { HostState } from "../hosts/host.ts";
import { sampleHostState } from "../hosts/testing/sample-state.ts";
import { refusedHost } from "./refused-host.ts";
import { silentHost } from "./silent-host.ts";
import { fleetLines, fleetStanding } from "./status-fleet.ts";

function hostState(host: string, release: string | undefined, change: Partial<HostState> = {}): HostState {
  return sampleHostState(host, {
    current: release,
    routes: release === undefined ? {} : { [`${release}/web.0.sock`]: 100 },
    ...change,
  });
}

const names = ["web-1", "web-2", "web-3", "web-4"];

describe("how the hosts of a fleet stand", () => {
  it("is told in a line each, and nothing more where all are alike", () => {
    const fleet = names.map((host) => hostState(host, "r2", { inRotation: true }));
    expect(fleetLines(fleetStanding(names, fleet, []), "production")).toEqual([
      "  web-1  serves r2",
      "  web-2  serves r2",
      "  web-3  serves r2",
      "  web-4  serves r2",
    ]);
  });

  it("shows a host that serves another release, one out of rotation and one that can't be reached", () => {
    const fleet = [
      hostState("web-1", "r2"),
      hostState("web-2", "r1"),
      hostState("web-3", "r2", { inRotation: false }),
    ];
    const standing = fleetStanding(names, fleet, [{ host: "web-4", why: "connection timed out" }]);
    expect(fleetLines(standing, "production")).toEqual([
      "  web-1  serves r2",
      "! web-2  serves r1  the others serve r2",
      "! web-3  serves r2  out of rotation",
      "! web-4  not known  can't be reached: connection timed out",
      "",
      "web-2, web-3 and web-4 are not as the others. To bring them along, when all can be reached: cozy join production",
    ]);
    expect(standing[3]).toMatchObject({ serves: undefined });
  });

  it("says of a host that is not trusted how to trust it, and of one whose key changed that nobody connected", () => {
    const fleet = [hostState("web-1", "r2"), hostState("web-2", "r2")];
    const refused = (host: string, code: "host-key-unknown" | "host-key-changed") => {
      const next = `cozy trust ${host}`;
      return refusedHost(host, new CozyError(code, { message: "another key", next }));
    };
    const away = [refused("web-3", "host-key-unknown"), refused("web-4", "host-key-changed")];
    expect(fleetLines(fleetStanding(names, fleet, away), "production").slice(2, 4)).toEqual([
      "! web-3  not known  not trusted: cozy trust web-3",
      "! web-4  not known  NOT CONNECTED: IT SHOWS ANOTHER KEY THAN THE TRUSTED ONE",
    ]);
  });

  it("tells a host that answers and fails from one that is out of reach, with what to do there", () => {
    const fleet = [hostState("web-1", "r2"), hostState("web-2", "r2")];
    const full = new CozyError("disk-full", { message: "its disk is full", next: "Make room on web-3." });
    const lost = new CozyError("host-connection-lost", { message: "the connection was lost" });
    const standing = fleetStanding(names.slice(0, 3), fleet, [silentHost("web-3", full)]);
    expect(standing[2]).toMatchObject({ serves: undefined, reached: true });
    expect(fleetLines(standing, "production").slice(2)).toEqual([
      "! web-3  not known  answers, but: its disk is full (Make room on web-3.)",
      "",
      "web-3 is not as the others. To bring it along, when all can tell what they serve: cozy join production",
    ]);
    const away = fleetStanding(names.slice(0, 3), fleet, [silentHost("web-3", lost)]);
    expect(away[2]).toMatchObject({ reached: false, faults: ["can't be reached: the connection was lost"] });
  });

  it("has a deploy make all the same where the keeper itself is the odd one", () => {
    const fleet = [hostState("web-1", undefined), hostState("web-2", "r1"), hostState("web-3", "r1")];
    const lines = fleetLines(fleetStanding(names.slice(0, 3), fleet, []), "production");
    expect(lines.at(-1)).toBe("web-1 is not as the others. To bring it along: cozy deploy production");
  });

  it("takes what the keeper serves for right where as many serve another", () => {
    const fleet = [hostState("web-1", "r1"), hostState("web-2", undefined)];
    const [, second] = fleetStanding(["web-1", "web-2"], fleet, []);
    expect(second).toMatchObject({ serves: [], faults: ["the others serve r1"] });
  });
});
