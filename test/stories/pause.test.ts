import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startProgram, type RunningProgram } from "../support/running-program.ts";
import { cozyBinary, createSandbox, served, type Sandbox } from "../support/sandbox.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
  await sandbox.ok(["deploy", "staging"]);
});
afterAll(async () => sandbox.dispose());

/** Starts a deploy and waits until it waits. */
async function pausedDeploy(): Promise<RunningProgram> {
  const { project: cwd, env } = sandbox;
  const command = [process.execPath, cozyBinary, "deploy", "staging", "--pause-before", "migrate"];
  const deploy = startProgram(command, { cwd, env });
  await deploy.says("Waits for");
  return deploy;
}

describe("a deploy that pauses before its migrations", () => {
  it("goes on when a person says so, and keeps everybody else out meanwhile", async () => {
    await sandbox.commit({ "version.txt": "2\n" });
    const deploy = await pausedDeploy();
    expect(deploy.said()).toContain("Next comes `node migrate.js` on staging.");
    expect(deploy.said()).not.toContain("migrate: done");
    const other = await sandbox.cozy(["deploy", "staging"]);
    expect(other.stderr).toContain("lease-held");

    const shown = await sandbox.ok(["answer", "staging"]);
    expect(shown.stdout).toContain("cozy answer staging go-on");
    const wrong = await sandbox.cozy(["answer", "staging", "yes"]);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('does not take "yes"')]);
    expect((await served(sandbox.url)).version).not.toBe("2");

    await sandbox.ok(["answer", "staging", "go-on"]);
    expect((await deploy.ended).code).toBe(0);
    expect(deploy.said()).toMatch(/answered: go-on/);
    expect((await served(sandbox.url)).version).toBe("2");
    const history = await sandbox.ok(["history", "staging", "--json"]);
    expect(history.stdout).toMatch(/answered: go-on/);
    expect((await sandbox.cozy(["answer", "staging"])).stderr).toContain("nothing-asked");
  });

  it("goes back when a person says so", async () => {
    const before = await served(sandbox.url);
    await sandbox.commit({ "version.txt": "3\n" });
    const deploy = await pausedDeploy();
    await sandbox.ok(["answer", "staging", "take-back"]);
    expect((await deploy.ended).code).toBe(2);
    expect(deploy.said()).toContain("declined");
    expect((await served(sandbox.url)).release).toBe(before.release);
  });

  it("that is killed meanwhile asks again when it is resumed", async () => {
    await sandbox.commit({ "version.txt": "4\n" });
    const deploy = await pausedDeploy();
    process.kill(deploy.pid, "SIGKILL");
    await deploy.ended;
    const resume = sandbox.cozy(["resume", "staging"]);
    for (;;) {
      const answered = await sandbox.cozy(["answer", "staging", "go-on"]);
      const over = await Promise.race([
        resume,
        new Promise((next) => void setTimeout(next, 1_000, undefined)),
      ]);
      if (over) break;
      expect(answered.code).toBeLessThan(3);
    }
    expect((await resume).code).toBe(0);
    expect((await served(sandbox.url)).version).toBe("4");
  });
});

describe("a pause that makes no sense", () => {
  it("is refused before anything is done", async () => {
    const unknown = await sandbox.cozy(["deploy", "staging", "--pause-before", "lunch"]);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("takes the step `migrate`")]);
  });
});
