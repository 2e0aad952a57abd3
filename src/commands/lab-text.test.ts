import { describe, expect, it } from "vitest";
import type { LabLook } from "../lab/look.ts";
import { labsText, slownessText } from "./lab-text.ts";

const host = {
  address: "198.18.0.11",
  sshPort: 22,
  hostKey: "ssh-ed25519 AAAA",
  on: true,
  cut: false,
  slow: undefined,
};
const lab: LabLook = {
  name: "lab",
  phase: "up",
  leftBehind: false,
  madeBy: { user: "dev", folder: "/srv/shop" },
  createdAt: 0,
  keyFile: "/run/key",
  knownHostsFile: "/run/known_hosts",
  hosts: [
    { ...host, name: "web1" },
    { ...host, name: "web2", address: "198.18.0.12", slow: { delayMs: 50, lossPercent: 5, by: "wire" } },
    { ...host, name: "web3", address: "198.18.0.13", on: false, cut: true },
  ],
};

describe("labsText", () => {
  it("shows whose it is, how each host is, how to log in, and how to be rid of it", () => {
    expect(labsText([lab], [], 125_000)).toBe(`lab  3 hosts  made 2 min ago by dev in /srv/shop
  web1  198.18.0.11  on
  web2  198.18.0.12  on   50 ms more for a round trip and 5 % of the packets lost each way
  web3  198.18.0.13  off  cut off

Log in:
  ssh -i /run/key -o UserKnownHostsFile=/run/known_hosts root@198.18.0.11

Take it down:
  cozy lab down --name lab`);
  });

  it("says which is left behind, and how to be rid of it", () => {
    expect(labsText([{ ...lab, leftBehind: true }], [], 125_000)).toMatch(
      /198\.18\.0\.11\n\nlab is left behind: what was to take it down has ended\.\n {2}cozy lab down --name lab$/,
    );
  });

  it("says nothing of who made it where an earlier cozy did", () => {
    expect(labsText([{ ...lab, madeBy: undefined }], [], 0)).toMatch(/^lab {2}3 hosts {2}made now\n/);
  });

  it("says that there is none, and what was taken away", () => {
    expect(labsText([], ["old"], 0)).toBe(`There is no lab on this machine.
  cozy lab up --hosts 4

Taken away, because who made it was killed: old.`);
  });

  it("promises nothing of a lab that is being made", () => {
    expect(labsText([{ ...lab, phase: "being-made" }], [], 0)).toBe(
      "lab  3 hosts  made now by dev in /srv/shop\n  It is being made.",
    );
  });
});

describe("slownessText", () => {
  it.each([
    [{ delayMs: 50, lossPercent: 0 }, "50 ms more for a round trip"],
    [{ delayMs: 0, lossPercent: 5 }, "5 % of the packets lost each way"],
    [{ delayMs: 0, lossPercent: 0 }, "0 ms more for a round trip"],
  ])("%j", (slowness, text) => {
    expect(slownessText(slowness)).toBe(text);
  });
});
