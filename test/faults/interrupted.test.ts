import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startProgram, type RunningProgram } from "../support/running-program.ts";
import { cozyBinary, createSandbox, served, tinyConfig, until, type Sandbox } from "../support/sandbox.ts";

const long = `console.log("at work"); setTimeout(() => {}, 60000)`;
/** Notes that it was asked to end, and ends only when it is killed some seconds later. */
const deaf = `process.on("SIGTERM", () => require("fs").writeFileSync("data/asked-to-end", "")); ${long}`;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
  await sandbox.ok(["deploy", "staging"]);
});
afterAll(async () => sandbox.dispose());

/** A deploy that is at its hook, which runs this. */
async function deployAtHook(script: string): Promise<RunningProgram> {
  const hooks = `hooks: { beforeSwitch: ${JSON.stringify(["node", "-e", script])} },`;
  await sandbox.commit({ "cozy.config.ts": tinyConfig(sandbox.port, "", hooks) });
  const deploy = startProgram([process.execPath, cozyBinary, "deploy", "staging"], {
    cwd: sandbox.project,
    env: sandbox.env,
  });
  await deploy.says("at work");
  return deploy;
}

describe("Ctrl-C in the middle of a deploy", () => {
  it("goes back, leaves the old release serving and says what to run next", async () => {
    const before = await served(sandbox.url);
    const deploy = await deployAtHook(long);
    process.kill(deploy.pid, "SIGINT");
    const { code, text } = await deploy.ended;
    expect(code).toBe(130);
    expect(text).toContain(`serves ${before.release}`);
    expect(text).toContain("cozy deploy staging");
    expect((await served(sandbox.url)).release).toBe(before.release);
    const status = await sandbox.json<{ lease: { holder?: unknown } | null; unfinished?: unknown }>([
      "status",
      "staging",
    ]);
    expect(status.lease?.holder).toBeUndefined();
    expect(status.unfinished).toBeUndefined();
  });

  it("twice ends at once, and leaves a plan to resume or abort", async () => {
    const before = await served(sandbox.url);
    const deploy = await deployAtHook(deaf);
    process.kill(deploy.pid, "SIGINT");
    // Two signals on the heels of each other are one to a process that has not come to heed the first.
    const asked = join(sandbox.home, "environments", "tiny-staging", "persist", "data", "asked-to-end");
    await until("the first is heeded", async () => existsSync(asked));
    process.kill(deploy.pid, "SIGINT");
    const { code, text } = await deploy.ended;
    expect(code).toBe(130);
    expect(text).toContain("cozy resume staging");
    expect(text).toContain("cozy abort staging");
    expect((await served(sandbox.url)).release).toBe(before.release);
    await sandbox.ok(["abort", "staging"]);
    expect((await served(sandbox.url)).release).toBe(before.release);
  });
});
