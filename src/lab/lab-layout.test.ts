import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  hostAddress,
  hostLayout,
  isHostName,
  isLabName,
  labLayout,
  mostHosts,
  namespacePrefix,
} from "./lab-layout.ts";

const labName = fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/);
const hostName = fc.stringMatching(/^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$/).filter((name) => name !== "bridge");

describe("the names of a lab", () => {
  it("fit into what the kernel takes for network devices", () => {
    fc.assert(
      fc.property(labName, hostName, (lab, host) => {
        expect(isLabName(lab) && isHostName(host)).toBe(true);
        const { port, wireEnd, bridgeEnd } = hostLayout(lab, host);
        for (const device of [labLayout(lab).machineLink, port, wireEnd, bridgeEnd]) {
          expect(device.length).toBeLessThanOrEqual(15);
        }
      }),
    );
  });

  it("are no other lab's: what is taken away by its beginning is this one's alone", () => {
    fc.assert(
      fc.property(labName, labName, hostName, (lab, other, host) => {
        fc.pre(lab !== other);
        expect(hostLayout(other, host).network.startsWith(namespacePrefix(lab))).toBe(false);
        expect(labLayout(other).folder.startsWith(`${labLayout(lab).folder}/`)).toBe(false);
      }),
    );
  });

  it.each(["", "Lab", "1lab", "a-lab", "a.lab", "../etc", "elevenchars"])("can't be %j", (name) => {
    expect(isLabName(name)).toBe(false);
  });

  it.each(["", "web_1", "-web", "web-", "web.1", "bridge", "machine", "thirteenchars"])(
    "a host's can't be %j",
    (name) => {
      expect(isHostName(name)).toBe(false);
    },
  );

  it("leave room for the most hosts, with a balancer, in one network", () => {
    expect(hostAddress(254, mostHosts)).toBe("198.18.254.211");
  });
});
