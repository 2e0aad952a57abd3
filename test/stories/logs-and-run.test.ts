import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startProgram } from "../support/running-program.ts";
import { cozyBinary, createSandbox, served, until, type Sandbox } from "../support/sandbox.ts";

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
    const access = async () => (await sandbox.ok(["logs", "staging", "--type", "access"])).stdout;
    await fetch(`${sandbox.url}/headers?secret=1`);
    let stdout = "";
    await until("the request is logged", async () => (stdout = await access()).includes("/headers"));
    const lines = stdout.split("\n").filter((line) => line.includes("{"));
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
    const { project: cwd, env } = sandbox;
    const command = [process.execPath, cozyBinary, "logs", "staging", "--follow", "--type", "web"];
    const follower = startProgram(command, { cwd, env });
    await follower.says("tiny-app one listens");
    await sandbox.commit({ "version.txt": "two\n" });
    await sandbox.ok(["deploy", "staging"]);
    await follower.says("tiny-app two listens");
    process.kill(follower.pid, "SIGINT");
    expect((await follower.ended).code).toBe(0);
  });
});
