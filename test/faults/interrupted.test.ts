import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cozyBinary, createSandbox, served, tinyConfig, type Sandbox } from "../support/sandbox.ts";

const slow = `["node", "-e", "setTimeout(() => {}, 20000)"]`;
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
  await sandbox.ok(["deploy", "staging"]);
});
afterAll(async () => sandbox.dispose());

async function interrupted(hook: string, signals: number): Promise<{ code: number | null; text: string }> {
  await sandbox.commit({ "cozy.config.ts": tinyConfig(sandbox.port, "", `hooks: { ${hook}: ${slow} },`) });
  const child = spawn(process.execPath, [cozyBinary, "deploy", "staging"], {
    cwd: sandbox.project,
    env: sandbox.env,
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  for (let round = 0; round < 400 && !text.includes(`hook ${hook}`); round += 1)
    await new Promise((next) => setTimeout(next, 25));
  for (let sent = 0; sent < signals; sent += 1) {
    child.kill("SIGINT");
    await new Promise((next) => setTimeout(next, 5));
  }
  return { code: await ended, text };
}

describe("Ctrl-C in the middle of a deploy", () => {
  it("goes back, leaves the old release serving and says what to run next", async () => {
    const before = await served(sandbox.url);
    const { code, text } = await interrupted("beforeSwitch", 1);
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
    const { code, text } = await interrupted("beforeSwitch", 2);
    expect(code).toBe(130);
    expect(text).toContain("cozy resume staging");
    expect(text).toContain("cozy abort staging");
    expect((await served(sandbox.url)).release).toBe(before.release);
    await sandbox.ok(["abort", "staging"]);
    expect((await served(sandbox.url)).release).toBe(before.release);
  });
});
