import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cozyBinary, createSandbox, served, type Sandbox } from "../support/sandbox.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
  await sandbox.ok(["deploy", "staging"]);
});
afterAll(async () => sandbox.dispose());

describe("cozy run", () => {
  it("runs a command with the serving release's code and variables, and gives its exit code", async () => {
    const { release } = await served(sandbox.url);
    const script =
      "console.log(process.env.COZY_RELEASE, process.env.COLOUR, require('fs').readFileSync('version.txt','utf8'))";
    const { stdout } = await sandbox.ok(["run", "staging", "--", "node", "-e", script]);
    expect(stdout).toContain(`${release} blue one`);
    expect((await sandbox.cozy(["run", "staging", "--", "node", "-e", "process.exit(5)"])).code).toBe(5);
  });

  it("says what is missing where no command is given", async () => {
    const { code, stderr } = await sandbox.cozy(["run", "staging"]);
    expect(code).toBe(2);
    expect(stderr).toContain("cozy run staging --");
  });
});

describe("cozy logs", () => {
  it("shows what the instances logged, by type", async () => {
    const { stdout } = await sandbox.ok(["logs", "staging", "--type", "web"]);
    expect(stdout.match(/tiny-app one listens/g)?.length).toBe(2);
  });

  it("shows the access log, with the bucket and the release of each request", async () => {
    const { release } = await served(sandbox.url);
    await fetch(`${sandbox.url}/?secret=1`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { stdout } = await sandbox.ok(["logs", "staging", "--type", "access"]);
    const lines = stdout
      .trim()
      .split("\n")
      .filter((line) => line.includes("{"));
    const last = JSON.parse((lines.at(-1) ?? "").slice((lines.at(-1) ?? "").indexOf("{"))) as Record<
      string,
      unknown
    >;
    expect(last["release"]).toBe(release);
    expect(last["status"]).toBe(200);
    expect(Number(last["bucket"])).toBeGreaterThanOrEqual(0);
    expect(stdout).not.toContain("secret=1");
  });

  it("follows until it is interrupted", async () => {
    const child = spawn(process.execPath, [cozyBinary, "logs", "staging", "--follow", "--type", "web"], {
      cwd: sandbox.project,
      env: sandbox.env,
    });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    await sandbox.commit({ "version.txt": "two\n" });
    await sandbox.ok(["deploy", "staging"]);
    for (let round = 0; round < 50 && !text.includes("tiny-app two listens"); round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    child.kill("SIGINT");
    const code = await new Promise((resolve) => child.on("exit", resolve));
    expect(text).toContain("tiny-app two listens");
    expect(code).toBe(0);
  });
});
