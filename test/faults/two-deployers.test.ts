import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startProgram, type RunningProgram } from "../support/running-program.ts";
import { cozyBinary, createSandbox, served, tinyConfig, type Sandbox } from "../support/sandbox.ts";

/** Waits until it is let on, so that a deploy goes on for as long as a test wants. */
const waits = `const asking = setInterval(() => { if (require("fs").existsSync("data/go-on")) clearInterval(asking); }, 50)`;
const hooks = `hooks: { beforeSwitch: ${JSON.stringify(["node", "-e", waits])} },`;

let sandbox: Sandbox;
beforeAll(
  async () => void (sandbox = await createSandbox({ config: (port) => tinyConfig(port, "", hooks) })),
);
afterAll(async () => sandbox.dispose());

function startDeploy(): RunningProgram {
  const { project: cwd, env } = sandbox;
  return startProgram([process.execPath, cozyBinary, "deploy", "staging"], { cwd, env });
}

const goOn = () => join(sandbox.home, "environments", "tiny-staging", "persist", "data", "go-on");

describe("two deployers at once", () => {
  it("lets one go and tells the other who, why and since when", async () => {
    const deploys = [startDeploy().ended, startDeploy().ended];
    await Promise.race(deploys); // the one that is refused
    await mkdir(dirname(goOn()), { recursive: true });
    await writeFile(goOn(), "");
    const results = await Promise.all(deploys);
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
    await rm(goOn());
    await sandbox.commit({ "version.txt": "two\n" });
    const first = startDeploy();
    await first.says("hook beforeSwitch");
    await sandbox.ok(["lease", "staging", "--take-over"]);
    await writeFile(goOn(), "");
    const { code, text } = await first.ended;
    expect(code).toBe(1);
    expect(text).toContain("lease-lost");
    expect((await served(sandbox.url)).release).toBe(before.release);
    await sandbox.ok(["abort", "staging"]);
    expect((await served(sandbox.url)).release).toBe(before.release);
  });
});
