import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { CanaryEvidence } from "../../src/canary/evidence-file.ts";
import { startLoad, type Load, type LoadResult } from "../../src/routing/testing/load.ts";
import { cozyBinary, createSandbox, served, tinyConfig, until, type Sandbox } from "../support/sandbox.ts";

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children) if (child.exitCode === null) child.kill("SIGKILL");
});

function config(strategy: string): (port: number) => string {
  return (port) =>
    tinyConfig(port, `strategy: ${strategy},`).replace(
      "{ defineProject",
      "{ canary, defineProject, switchAtOnce",
    );
}

/** Visitors of one page. */
function visit({ url }: Sandbox): Load {
  return startLoad({ url: `${url}/venues`, connections: 8, pauseMs: 20 });
}

/** What went wrong beside the release's own answers. */
function lost({ errors }: LoadResult): string[] {
  return errors.filter((error) => !error.startsWith("status 500"));
}

async function evidenceOf(sandbox: Sandbox): Promise<CanaryEvidence> {
  return sandbox.json<CanaryEvidence>(["canary", "staging"]);
}

/** A deploy that goes on while the test does something else. */
function deploying(sandbox: Sandbox) {
  const child = spawn(process.execPath, [cozyBinary, "deploy", "staging"], {
    cwd: sandbox.project,
    env: sandbox.env,
  });
  children.push(child);
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (more: string) => (text += more));
  child.stderr.setEncoding("utf8").on("data", (more: string) => (text += more));
  return { child, ended: once(child, "close"), text: () => text };
}

/** Kills the deployer as soon as the release is watched. */
async function killedWhileWatching(sandbox: Sandbox): Promise<void> {
  const { child, ended, text } = deploying(sandbox);
  await until("a tick", async () => text().includes("20 %: new"));
  child.kill("SIGKILL");
  await ended;
}

describe("a site with visitors", () => {
  let sandbox: Sandbox;
  let load: Load;
  beforeAll(async () => {
    sandbox = await createSandbox({ config: config(`canary({ steps: [20, 50], bake: "3s" })`) });
    await sandbox.ok(["deploy", "staging"]);
    load = visit(sandbox);
  });
  afterAll(async () => {
    await load.stop();
    await sandbox.dispose();
  });

  it("promotes a sound release share by share, and loses no request", async () => {
    await sandbox.commit({ "version.txt": "two\n" });
    load.reset();
    const { stdout } = await sandbox.ok(["deploy", "staging"]);
    expect(stdout).toMatch(
      /move 20 %[^]*prove that both are served[^]*2 instances answer, 2 of[^]*move 50 %[^]*name it current/,
    );
    expect(load.result()).toMatchObject({ failed: 0 });
    expect((await served(sandbox.url)).version).toBe("two");
    const evidence = await evidenceOf(sandbox);
    expect(evidence).toMatchObject({ outcome: "promoted", verdict: { decision: "promote" } });
    expect(evidence.verdict?.steps.map(({ share }) => share)).toEqual([20, 50]);
    const text = (await sandbox.ok(["canary", "staging", "--watch"])).stdout;
    expect(text).toMatch(/was promoted[^]*against[^]*evidence[^]*50 %/);
  });

  it("rolls a release back by itself that fails some percent of one page", async () => {
    await sandbox.commit({ "version.txt": "three\n", "behaviour.json": `{ "failPercent": 30 }\n` });
    load.reset();
    const { code, stderr } = await sandbox.cozy(["deploy", "staging"]);
    expect(code).toBe(2);
    expect(stderr).toContain("canary-rolled-back");
    expect(stderr).toMatch(/GET \/venues: 500 in \d+ of \d+ .*; stable 0 of/);
    expect(stderr).toContain("cozy canary staging");
    expect(lost(load.result())).toEqual([]);
    expect((await served(sandbox.url)).version).toBe("two");
    expect(await evidenceOf(sandbox)).toMatchObject({
      outcome: "rolled-back",
      verdict: { decision: "roll-back" },
    });
  });

  it("goes on with a canary whose deployer was killed, or takes it back, and loses no request", async () => {
    load.reset();
    await sandbox.commit({ "version.txt": "four\n", "behaviour.json": "{}\n" });
    await killedWhileWatching(sandbox);
    expect((await sandbox.ok(["status", "staging"])).stdout).toMatch(/20 %[^]*was cut off/);
    await sandbox.ok(["abort", "staging"]);
    expect((await served(sandbox.url)).version).toBe("two");
    expect(await evidenceOf(sandbox)).toMatchObject({ outcome: "taken-back" });

    await killedWhileWatching(sandbox);
    const { startedAt } = await evidenceOf(sandbox);
    await sandbox.ok(["resume", "staging"]);
    expect((await served(sandbox.url)).version).toBe("four");
    expect(await evidenceOf(sandbox)).toMatchObject({ outcome: "promoted", startedAt });
    expect(load.result()).toMatchObject({ failed: 0 });
  });

  it("takes a watched switch back that fails, by what was served before it", async () => {
    await sandbox.write("cozy.config.ts", config(`switchAtOnce({ watch: { bake: "3s" } })`)(sandbox.port));
    await sandbox.commit({ "version.txt": "five\n", "behaviour.json": `{ "failPercent": 30 }\n` });
    load.reset();
    const { code, stderr } = await sandbox.cozy(["deploy", "staging"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/canary-rolled-back[^]*before the switch: \d+ requests/);
    expect(lost(load.result())).toEqual([]);
    expect((await served(sandbox.url)).version).toBe("four");
  });
});

describe("a site that nobody visits", () => {
  let sandbox: Sandbox;
  const strategy = (inconclusive: string) =>
    `canary({ steps: [50], bake: "1s", extend: "1s", inconclusive: "${inconclusive}" })`;
  const change = async (version: string, inconclusive: string) => {
    await sandbox.write(
      "cozy.config.ts",
      config(strategy(inconclusive))(sandbox.port).replace(
        `extend: "1s", inconclusive: "go-on"`,
        `inconclusive: "go-on"`,
      ),
    );
    await sandbox.commit({ "version.txt": `${version}\n` });
  };
  beforeAll(async () => {
    sandbox = await createSandbox({ config: config(strategy("hold")) });
    await sandbox.ok(["deploy", "staging"]);
  });
  afterAll(() => sandbox.dispose());

  it("holds until a person decides", async () => {
    await change("two", "hold");
    const { child, ended, text } = deploying(sandbox);
    await until("the question", async () => text().includes("cozy answer staging"));
    expect((await sandbox.ok(["answer", "staging"])).stdout).toContain("cozy answer staging promote");
    await sandbox.ok(["answer", "staging", "promote"]);
    await ended;
    expect(child.exitCode).toBe(0);
    expect((await served(sandbox.url)).version).toBe("two");
    const evidence = await evidenceOf(sandbox);
    expect(evidence).toMatchObject({ outcome: "promoted", verdict: { decision: "inconclusive" } });
    expect(evidence.decidedBy).toMatch(/: promote$/);
  });

  it("watches longer and then goes back, or goes on all the same, as declared", async () => {
    await change("three", "extend");
    const { code, stderr } = await sandbox.cozy(["deploy", "staging"]);
    expect(code).toBe(2);
    expect(stderr).toContain("It was watched for 1 s longer, and that did not suffice.");
    expect((await served(sandbox.url)).version).toBe("two");
    await change("three", "go-on");
    await sandbox.ok(["deploy", "staging"]);
    expect((await served(sandbox.url)).version).toBe("three");
    expect(await evidenceOf(sandbox)).toMatchObject({
      outcome: "promoted",
      decidedBy: "inconclusive: go-on",
    });
  });
});
