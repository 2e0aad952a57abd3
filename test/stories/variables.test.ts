import { stat } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, processesOf, served, tinyConfig, type Sandbox } from "../support/sandbox.ts";

const secret = "correct-horse-battery-staple";
const config = (port: number): string =>
  tinyConfig(
    port,
    `variables: { COLOUR: "green", API_KEY: fromEnvironment("DEPLOYER_API_KEY"), SESSION_SECRET: generated({ bytes: 32 }), MAIL_FROM: dotenv(".env.staging") },`,
    "",
  )
    .replace(
      '{ COLOUR: "blue" }',
      '{ COLOUR: "blue", API_KEY: { secret: true }, SESSION_SECRET: { secret: true }, MAIL_FROM: { required: true } }',
    )
    .replace("defineProject, disk", "defineProject, disk, dotenv, fromEnvironment, generated");

let sandbox: Sandbox;
beforeAll(async () => void (sandbox = await createSandbox({ config })));
afterAll(async () => sandbox.dispose());

describe("variables and secrets", () => {
  it("finds a missing one before anything starts", async () => {
    const { code, stderr } = await sandbox.cozy(["deploy", "staging"]);
    expect(code).toBe(2);
    expect(stderr).toContain("API_KEY");
    expect(stderr).toContain("DEPLOYER_API_KEY");
    expect(stderr).toContain("MAIL_FROM: the file .env.staging is not there");
    await sandbox.write(".env.staging", "# of staging\nMAIL_FROM='hello@example.org'\n");
    expect(await processesOf(sandbox.home)).toEqual([]);
  });

  it("hands them to the instances, and nothing of the deployer's own", async () => {
    const env = { DEPLOYER_API_KEY: secret, DEPLOYER_OWN: "not-for-the-app" };
    const { stdout, stderr } = await sandbox.ok(["deploy", "staging", "--json"], { env });
    expect(stdout + stderr).not.toContain(secret);
    expect((await served(sandbox.url)).colour).toBe("green");
    const variables = (await (await fetch(`${sandbox.url}/variables`)).json()) as Record<string, string>;
    expect(variables["API_KEY"]).toBe(secret);
    expect(variables["MAIL_FROM"]).toBe("hello@example.org");
    expect(variables["SESSION_SECRET"]?.length).toBeGreaterThanOrEqual(32);
    expect(variables).not.toHaveProperty("DEPLOYER_OWN");
    expect(variables).not.toHaveProperty("DEPLOYER_API_KEY");
    expect(variables).not.toHaveProperty("COZY_HOME");
  });

  it("keeps them in files that only their user reads, and in no other file or argument vector", async () => {
    const { execFile } = await import("node:child_process");
    const { promisify } = await import("node:util");
    const found = await promisify(execFile)("grep", ["-rl", secret, sandbox.home]).then(
      ({ stdout }) => stdout.trim().split("\n"),
      () => [],
    );
    expect(found.length).toBe(1);
    for (const file of found) {
      expect(file).toMatch(/environment\.json$/);
      expect((await stat(file)).mode & 0o077).toBe(0);
    }
    expect((await processesOf(secret)).filter((line) => line.includes(sandbox.home))).toEqual([]);
  });

  it("draws a generated one once", async () => {
    const read = async () =>
      (await (await fetch(`${sandbox.url}/variables`)).json()) as Record<string, string>;
    const before = (await read())["SESSION_SECRET"];
    await sandbox.commit({ "version.txt": "two\n" });
    await sandbox.ok(["deploy", "staging"], { env: { DEPLOYER_API_KEY: secret } });
    expect((await read())["SESSION_SECRET"]).toBe(before);
  });
});
