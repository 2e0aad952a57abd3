import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../support/sandbox.ts";

let sandbox: Sandbox;
beforeAll(async () => void (sandbox = await createSandbox()));
afterAll(async () => sandbox.dispose());

describe("a name that does not exist", () => {
  it.each([
    [["deplyo", "staging"], "unknown-command", "did you mean deploy"],
    [["deploy", "stagin"], "unknown-environment", "did you mean staging"],
    [["deploy", "staging", "--ref", "no-such-branch"], "", "no-such-branch"],
    [["deploy", "staging", "--resaon", "x"], "wrong-usage", "--reason"],
    [["rollback", "staging"], "nothing-to-roll-back-to", "cozy deploy staging"],
    [["resume", "staging"], "nothing-unfinished", "cozy status staging"],
    [["abort", "staging"], "nothing-unfinished", "cozy status staging"],
    [["start", "staging"], "unknown-release", "cozy deploy staging"],
    [["logs", "staging", "--lines", "many"], "wrong-usage", "whole number"],
  ])("cozy %j", async (args, code, text) => {
    const { code: exit, stderr, stdout } = await sandbox.cozy(args);
    expect(exit).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(code);
    expect(stderr).toContain(text);
    expect(stderr).not.toContain("    at ");
  });

  it("is told as JSON where JSON was asked for", async () => {
    const { code, stdout } = await sandbox.cozy(["status", "stagin", "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ code: "unknown-environment", fault: "yours" });
  });
});
