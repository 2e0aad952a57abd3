import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { identify } from "../instances/process-identity.ts";
import type { LabState } from "./lab-state.ts";
import { isLeft } from "./left-labs.ts";

const here = identify(process.pid) ?? { pid: 0, mark: "" };
const over = { ...here, pid: spawnSync("true").pid };
const lab: LabState = {
  format: 1,
  name: "lab",
  phase: "up",
  maker: over,
  heldByMaker: true,
  createdAt: 0,
  network: 0,
  diskBytes: 0,
  hosts: [],
};

describe("a lab that is left", () => {
  it("was to be taken down by a program that has ended", () => {
    expect(isLeft(lab)).toBe(true);
  });

  it.each([
    ["whose program goes on", { maker: here }],
    ["that is to stay until somebody takes it down", { heldByMaker: undefined }],
    ["that was never up, which is swept", { phase: "being-made" }],
  ] as const)("is none %s", (_, change) => {
    expect(isLeft({ ...lab, ...change })).toBe(false);
  });
});
