import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cozyBinary, createSandbox, served, tinyConfig, type Sandbox } from "../support/sandbox.ts";

const slowHook = `hooks: { beforeSwitch: ["node", "-e", "setTimeout(() => {}, 3000)"] },`;

let sandbox: Sandbox;
beforeAll(
  async () => void (sandbox = await createSandbox({ config: (port) => tinyConfig(port, "", slowHook) })),
);
afterAll(async () => sandbox.dispose());

interface Running {
  readonly ended: Promise<{ readonly code: number | null; readonly text: string }>;
  until(text: string): Promise<void>;
}

function start(...args: string[]): Running {
  const child = spawn(process.execPath, [cozyBinary, ...args], { cwd: sandbox.project, env: sandbox.env });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<{ code: number | null; text: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, text }));
  });
  return {
    ended,
    until: async (wanted) => {
      for (let round = 0; round < 400 && !text.includes(wanted); round += 1)
        await new Promise((next) => setTimeout(next, 25));
      expect(text).toContain(wanted);
    },
  };
}

describe("two deployers at once", () => {
  it("lets one go and tells the other who, why and since when", async () => {
    const results = await Promise.all([start("deploy", "staging").ended, start("deploy", "staging").ended]);
    const [winner, loser] = results.toSorted((a, b) => (a.code ?? 99) - (b.code ?? 99));
    expect(winner?.code).toBe(0);
    expect(loser?.code).toBe(1);
    expect(loser?.text).toContain("lease-held");
    expect(loser?.text).toMatch(
      /staging is held by .+ on .+ \(process \d+\) for the deploy, since \d{4}-\d\d-\d\d/,
    );
    expect((await served(sandbox.url)).version).toBe("one");
  });

  it("keeps one whose lease was taken over from switching", async () => {
    const before = await served(sandbox.url);
    await sandbox.commit({ "version.txt": "two\n" });
    const first = start("deploy", "staging");
    await first.until("hook beforeSwitch");
    await sandbox.ok(["lease", "staging", "--take-over"]);
    const { code, text } = await first.ended;
    expect(code).toBe(1);
    expect(text).toContain("lease-lost");
    expect((await served(sandbox.url)).release).toBe(before.release);
    await sandbox.ok(["abort", "staging"]);
    expect((await served(sandbox.url)).release).toBe(before.release);
  });
});
