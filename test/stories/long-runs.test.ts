import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, served, tinyConfig, until, type Sandbox } from "../support/sandbox.ts";

const schedules = `schedules: {
  long: { every: "12h", run: ["node", "-e", "setTimeout(() => {}, 60000)"] },
  broken: { every: "12h", run: ["node", "-e", "process.exit(3)"] },
},`;

let sandbox: Sandbox;
let environment: string;
beforeAll(async () => {
  sandbox = await createSandbox({
    config: (port) =>
      tinyConfig(
        port,
        `keep: { releases: 1, warm: "1s" }, drain: { requests: "1s", streams: "1s" },`,
        schedules,
      ),
  });
  environment = join(sandbox.home, "environments", "tiny-staging");
  await sandbox.ok(["deploy", "staging"]);
});
afterAll(async () => sandbox.dispose());

const running = (): boolean => existsSync(join(environment, "schedules", "long", "running.json"));

describe("a schedule beside the instances", () => {
  it("is seen in the status when its last run failed", async () => {
    expect((await sandbox.ok(["status", "staging"])).stdout).not.toContain("failing");
    expect((await sandbox.cozy(["schedules", "staging", "--run", "broken"])).code).toBe(3);
    const { stdout } = await sandbox.ok(["status", "staging"]);
    expect(stdout).toMatch(/failing +broken failed/);
    expect(stdout).toMatch(/schedules\.0 .*singleton/);
  });

  it("keeps its release for as long as a run of it goes on, and is ended with the environment", async () => {
    const { release } = await served(sandbox.url);
    const run = sandbox.cozy(["schedules", "staging", "--run", "long"]);
    await until("the run goes on", async () => running());
    for (const version of ["two", "three", "four"]) {
      await sandbox.commit({ "version.txt": `${version}\n` });
      await sandbox.ok(["deploy", "staging"]);
    }
    expect(await readdir(join(environment, "releases"))).toContain(release);
    expect(running()).toBe(true);

    expect((await sandbox.ok(["stop", "staging"])).stdout).toContain("A run of long was ended.");
    expect(running()).toBe(false);
    expect((await run).code).not.toBe(0);

    await sandbox.ok(["start", "staging"]);
    for (const version of ["five", "six"]) {
      await sandbox.commit({ "version.txt": `${version}\n` });
      await sandbox.ok(["deploy", "staging"]);
    }
    expect(await readdir(join(environment, "releases"))).not.toContain(release);
  });
});
