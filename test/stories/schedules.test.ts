import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cozyBinary, createSandbox, processesOf, until, type Sandbox } from "../support/sandbox.ts";
import { configWith, lastSeenTo, listOf, runsOf, watchers } from "../support/schedules.ts";

const schedules = `
  cleanup: { every: "1h", run: ["node", "-e", "console.log('cleaned by', process.env.COZY_SCHEDULE, process.env.KEY)"], catchUp: true },
  report: { at: "03:30", on: "monday", timeZone: "Europe/Zurich", run: ["node", "-e", "console.log('no mail server'); process.exit(3)"] },
  long: { cron: "0 4 1 * *", run: ["node", "-e", "console.log('working'); setInterval(() => {}, 1000)"], timeout: "5m" },
  short: { every: "1d", run: ["node", "-e", "setInterval(() => {}, 1000)"], timeout: "1s" },
`;
const secret = "a-value-that-nobody-may-see";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({
    config: (port) =>
      configWith(schedules)(port)
        .replace("import { defineProject", "import { fromEnvironment, defineProject")
        .replace('COLOUR: "blue"', 'COLOUR: "blue", KEY: { secret: true }')
        .replace("media: disk(),", 'media: disk(), variables: { KEY: fromEnvironment("KEY") },'),
    env: { KEY: secret },
  });
  await sandbox.ok(["deploy", "staging"]);
});
afterAll(async () => sandbox.dispose());

describe("the schedules of a release", () => {
  it("are listed with their next run, and one instance watches the clock", async () => {
    const { stdout } = await sandbox.ok(["schedules", "staging"]);
    expect(stdout).toMatch(/^cleanup +every hour +never +\d{4}-\d\d-\d\d \d\d:00:00 UTC, in /m);
    expect(stdout).toMatch(/^report +at 03:30 on Monday, Europe\/Zurich +never/m);
    const { watched, schedules } = await listOf(sandbox);
    expect(watched).toBe(true);
    expect(schedules.every(({ nextRun }) => nextRun !== null && nextRun > Date.now())).toBe(true);
    expect(await watchers(sandbox)).toHaveLength(1);
  });

  it("are run by hand, with the output followed and the command's exit code", async () => {
    const well = await sandbox.cozy(["schedules", "staging", "--run", "cleanup"]);
    expect(well).toMatchObject({ code: 0, stdout: "cleaned by cleanup [REDACTED]\n" });
    expect(well.stderr).toMatch(/^cleanup succeeded after /);
    const badly = await sandbox.cozy(["schedules", "staging", "--run", "report"]);
    expect(badly).toMatchObject({ code: 3, stdout: "no mail server\n" });
    expect((await sandbox.cozy(["schedules", "staging", "--run", "short"])).code).toBe(124);
  });

  it("leave evidence and output behind, without secrets", async () => {
    expect((await sandbox.ok(["schedules", "staging", "--output", "report"])).stdout).toBe(
      "no mail server\n",
    );
    const [run] = await runsOf(sandbox, "report");
    expect(run).toMatchObject({ outcome: "failed", exitCode: 3, by: "hand", tail: ["no mail server"] });
    expect(run?.who).toContain(" on ");
    const { stdout } = await sandbox.ok(["schedules", "staging", "--runs", "report"]);
    expect(stdout).toMatch(/UTC +by .+ on .+ +failed with exit code 3 after/);
    expect(JSON.stringify(await runsOf(sandbox, "cleanup"))).not.toContain(secret);
    const list = (await sandbox.ok(["schedules", "staging"])).stdout;
    expect(list).toMatch(/^report failed with exit code 3 after .+ ago:\n {2}no mail server$/m);
    expect((await sandbox.ok(["status", "staging"])).stdout).toContain("report failed with exit code 3");
  });

  it("run one at a time; Ctrl-C ends a run by hand, and its evidence says so", async () => {
    const child = spawn(process.execPath, [cozyBinary, "schedules", "staging", "--run", "long"], {
      cwd: sandbox.project,
      env: sandbox.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    await until("it runs", async () => text.includes("working"));
    const second = await sandbox.cozy(["schedules", "staging", "--run", "long"]);
    expect(second.code).toBe(2);
    expect(second.stderr).toContain("schedule-running");
    expect((await sandbox.ok(["schedules", "staging"])).stdout).toMatch(/^long .+ runs for /m);
    child.kill("SIGINT");
    expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(130);
    expect((await runsOf(sandbox, "long")).map(({ outcome }) => outcome)).toEqual(["stopped"]);
  });

  it("are suspended with a reason, and resumed", async () => {
    await sandbox.ok(["schedules", "staging", "--suspend", "cleanup", "--reason", "the archive is full"]);
    const { stdout } = await sandbox.ok(["schedules", "staging"]);
    expect(stdout).toMatch(/^cleanup .+ suspended by .+ since .+ UTC: the archive is full$/m);
    const again = await sandbox.ok(["schedules", "staging", "--suspend", "cleanup"]);
    expect(again.stdout).toContain("already");
    expect((await listOf(sandbox)).schedules[0]?.nextRun).toBeNull();
    await sandbox.ok(["schedules", "staging", "--resume", "cleanup"]);
    expect((await listOf(sandbox)).schedules[0]).toMatchObject({ suspended: null });
    expect((await sandbox.ok(["schedules", "staging", "--resume", "cleanup"])).stdout).toContain(
      "not suspended",
    );
  });

  it("that were missed are told, and made up for once where that is wanted", async () => {
    const before = (await runsOf(sandbox, "cleanup")).length;
    const hours = (count: number) => Date.now() - count * 3_600_000;
    await lastSeenTo(sandbox, "cleanup", hours(5), { kind: "every", everyMs: 3_600_000 });
    await until("it was made up for", async () => (await runsOf(sandbox, "cleanup")).length >= before + 2);
    const [missed, madeUp] = (await runsOf(sandbox, "cleanup")).slice(before);
    expect(missed).toMatchObject({ outcome: "missed" });
    expect(missed?.missed?.starts).toBeGreaterThanOrEqual(4);
    expect(madeUp?.outcome).toBe("succeeded");
    const log = (await sandbox.ok(["logs", "staging", "--type", "schedules"])).stdout;
    expect(log).toMatch(/cleanup: missed [45] times/);
  });

  it.each([
    [["--run", "clean-up"], "unknown-schedule", "did you mean cleanup?"],
    [["--suspend", "x"], "unknown-schedule", "cleanup, report, long, short"],
    [["--run", "cleanup", "--resume", "cleanup"], "wrong-usage", "--run and --resume"],
    [["--reason", "x"], "wrong-usage", "--suspend"],
  ])("%j is refused", async (more, code, text) => {
    const result = await sandbox.cozy(["schedules", "staging", ...more]);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(code);
    expect(result.stderr).toContain(text);
  });

  it("are still there when the environment is stopped, and can be run by hand", async () => {
    await sandbox.ok(["stop", "staging"]);
    expect((await sandbox.ok(["schedules", "staging"])).stdout).toContain("cozy start staging");
    expect((await sandbox.cozy(["schedules", "staging", "--run", "cleanup"])).code).toBe(0);
    expect((await processesOf(sandbox.home)).filter((line) => !line.includes("ps "))).toEqual([]);
    await sandbox.ok(["start", "staging"]);
    expect((await listOf(sandbox)).watched).toBe(true);
  });

  it("may be none", async () => {
    await sandbox.write("cozy.config.ts", configWith("")(sandbox.port));
    await sandbox.commit({});
    await sandbox.ok(["deploy", "staging"]);
    expect((await sandbox.ok(["schedules", "staging"])).stdout).toMatch(/has no schedules\.$/m);
    expect(await watchers(sandbox)).toEqual([]);
  });
});
