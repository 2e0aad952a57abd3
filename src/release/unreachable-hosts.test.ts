import { describe, expect, it } from "vitest";
import { CozyError } from "../errors/cozy-error.ts";
import type { UnreachablePolicy } from "../project/servers.ts";
import { leftOut } from "./unreachable-hosts.ts";

const hosts = ["web-1", "web-2", "web-3", "web-4"];

function reach(policy: UnreachablePolicy, ...names: string[]) {
  const unreachable = names.map((host) => ({ host, why: "connection timed out" }));
  return { environment: "production", command: "deploy", policy, hosts, unreachable };
}

function refusal(...args: Parameters<typeof reach>): CozyError {
  try {
    leftOut(reach(...args));
  } catch (error) {
    if (error instanceof CozyError) return error;
  }
  throw new Error("it was not refused");
}

describe("hosts that can't be reached before anything was changed", () => {
  it("are none where all answer", () => {
    expect(leftOut(reach({ kind: "abort" }))).toEqual({ without: [], warnings: [] });
  });

  it("end the command unless the environment declares otherwise", () => {
    expect(refusal({ kind: "abort" }, "web-2", "web-4")).toMatchObject({
      code: "hosts-unreachable",
      message: "web-2 and web-4 of the 4 hosts of production can't be reached.",
      details: ["web-2: connection timed out", "web-4: connection timed out"],
      state: "Nothing was changed.",
      next: "Bring web-2 and web-4 back, then: cozy deploy production. To go on without: `unreachable: { goOnWithout: 2 }` in cozy.config.ts.",
    });
  });

  it("are left out up to the declared number, and not one more", () => {
    const policy = { kind: "go-on", atMost: 1 } as const;
    expect(leftOut(reach(policy, "web-3"))).toEqual({
      without: ["web-3"],
      warnings: [
        "web-3 is left out, because it can't be reached (connection timed out). When it is back: cozy join production web-3",
      ],
    });
    expect(refusal(policy, "web-2", "web-3").message).toContain("the environment goes on without at most 1");
  });

  it("are never the keeper, which has the lease", () => {
    expect(refusal({ kind: "go-on", atMost: 3 }, "web-1")).toMatchObject({
      message: expect.stringContaining("web-1 can't be reached. It keeps the lease and the journal"),
      next: expect.stringContaining("cozy move-keeper production --without-past"),
    });
  });
});
