import { describe, expect, it } from "vitest";
import type { CozyError } from "../errors/cozy-error.ts";
import { checkMachine, type Machine } from "./requirements.ts";

const fit: Machine = { platform: "linux", uid: 0, has: () => true };

function refusal(machine: Partial<Machine>): Pick<CozyError, "code" | "message" | "next"> | undefined {
  try {
    checkMachine({ ...fit, ...machine }, "cozy lab up");
    return undefined;
  } catch (error) {
    const { code, message, next } = error as CozyError;
    return { code, message, next };
  }
}

describe("checkMachine", () => {
  it("lets root on Linux with all programs pass", () => {
    expect(refusal({})).toBeUndefined();
  });

  it("names the system that is not Linux", () => {
    expect(refusal({ platform: "darwin" })).toMatchObject({
      code: "lab-not-carried",
      message: expect.stringContaining("darwin"),
      next: expect.stringContaining("cozy lab up"),
    });
  });

  it("gives a user the command that root's rights come with", () => {
    expect(refusal({ uid: 1000 })).toMatchObject({ code: "lab-not-carried", next: "sudo cozy lab up" });
  });

  it("names all that is missing and the packages that bring it, each once", () => {
    const missing = new Set(["debootstrap", "ip", "tc"]);
    expect(refusal({ has: (program) => !missing.has(program) })).toEqual({
      code: "lab-programs-missing",
      message: "A lab needs debootstrap, ip and tc, which are not installed here.",
      next: "apt-get install debootstrap iproute2",
    });
  });
});
