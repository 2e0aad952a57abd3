import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  cozyBinary,
  createSandbox,
  processesOf,
  served,
  tinyConfig,
  type Sandbox,
} from "../support/sandbox.ts";

const value = "correct-horse-battery-staple";
const config = (port: number): string =>
  tinyConfig(port, 'variables: { COLOUR: "green", API_KEY: fromSecrets() },', "")
    .replace('{ COLOUR: "blue" }', '{ COLOUR: "blue", API_KEY: { secret: true } }')
    .replace("defineProject, disk", "defineProject, disk, fromSecrets");

let sandbox: Sandbox;
let identity: NodeJS.ProcessEnv;
beforeAll(async () => {
  sandbox = await createSandbox({ config });
  identity = { COZY_AGE_IDENTITY: join(sandbox.home, "..", "identity") };
  await sandbox.ok(["secrets", "init", "--name", "ann"], { env: identity });
});
afterAll(async () => sandbox.dispose());

describe("secrets in the repository", () => {
  it("that are missing are told before anything starts, with the command that sets them", async () => {
    const { code, stderr } = await sandbox.cozy(["deploy", "staging"], { env: identity });
    expect(code).toBe(2);
    expect(stderr).toContain("API_KEY");
    expect(stderr).toContain("cozy secrets set staging API_KEY");
    expect(await processesOf(sandbox.home)).toEqual([]);
  });

  it("reach the application, and nobody without an identity", async () => {
    await setFromPipe("API_KEY");
    await sandbox.commit({});
    expect(await readFile(join(sandbox.project, "secrets", "staging.encrypted"), "utf8")).not.toContain(
      value,
    );
    const none = { COZY_AGE_IDENTITY: join(sandbox.home, "..", "none") };
    expect(await sandbox.cozy(["deploy", "staging"], { env: none })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("identity-missing"),
    });
    const { stdout, stderr } = await sandbox.ok(["deploy", "staging", "--json"], { env: identity });
    expect(stdout + stderr).not.toContain(value);
    expect((await served(sandbox.url)).colour).toBe("green");
    const variables = (await (await fetch(`${sandbox.url}/variables`)).json()) as Record<string, string>;
    expect(variables["API_KEY"]).toBe(value);
    expect(variables).not.toHaveProperty("COZY_AGE_IDENTITY");
  });
});

/** As a person would pipe it in. */
async function setFromPipe(name: string): Promise<void> {
  const child = spawn(process.execPath, [cozyBinary, "secrets", "set", "staging", name], {
    cwd: sandbox.project,
    env: { ...sandbox.env, ...identity },
    stdio: ["pipe", "ignore", "inherit"],
  });
  child.stdin.end(`${value}\n`);
  const code = await new Promise((resolve) => child.once("exit", resolve));
  expect(code).toBe(0);
}
