import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runProgram } from "./run-program.ts";
import { tempFolder } from "./testing.ts";

const env = { PATH: "/usr/bin:/bin" };
const node = process.execPath;
const base = { folder: "/", env, timeoutMs: 30_000 };

describe("a program", () => {
  it("gives its exit code, its output and the last lines of both streams", async () => {
    const script = "console.log('out'); console.error('err'); process.exitCode = 3";
    const result = await runProgram({ ...base, command: [node, "-e", script] }, AbortSignal.timeout(30_000));
    expect(result).toMatchObject({ exitCode: 3, stdout: "out\n", tail: ["err"], timedOut: false });
  });

  it("sees the given environment and nothing else", async () => {
    const script = "console.log(Object.keys(process.env).join())";
    const result = await runProgram({ ...base, command: [node, "-e", script] }, AbortSignal.timeout(30_000));
    expect(result.stdout).toBe("PATH\n");
  });

  it("gives whole lines, however they come", async () => {
    const lines: string[] = [];
    const script = `
      process.stdout.write("on");
      setTimeout(() => process.stdout.write("e\\r\\ntwo\\nlast ü"), 50);
      process.stdout.write("");`;
    await runProgram(
      { ...base, command: [node, "-e", script], onLine: (_, line) => lines.push(line) },
      AbortSignal.timeout(30_000),
    );
    expect(lines).toEqual(["one", "two", "last ü"]);
  });

  it("that does not exist has not started", async () => {
    const result = await runProgram({ ...base, command: ["no-such-program"] }, AbortSignal.timeout(30_000));
    expect(result.notStarted).toBe(true);
  });

  it("is ended at its deadline with what it started", async () => {
    const file = join(await tempFolder(), "pid");
    const script = 'sleep 60 & echo $! > "$1"; wait';
    const command = ["/bin/sh", "-c", script, "sh", file];
    const result = await runProgram({ ...base, command, timeoutMs: 1_000 }, AbortSignal.timeout(30_000));
    expect(result).toMatchObject({ timedOut: true });
    const pid = Number(await readFile(file, "utf8"));
    await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
  });

  it("does not keep us waiting for a daemon that it leaves behind", async () => {
    const startedAt = performance.now();
    const command = ["/bin/sh", "-c", "sleep 60 & echo $!"];
    const result = await runProgram({ ...base, command }, AbortSignal.timeout(30_000));
    expect(result.exitCode).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(25_000);
    // A process closes its pipes a moment before it is gone.
    await expect.poll(() => isAlive(Number(result.stdout)), { timeout: 20_000 }).toBe(false);
  });

  it("is ended by the signal, whose reason is thrown", async () => {
    const reason = new Error("taken back");
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 100);
    const run = runProgram({ ...base, command: ["sleep", "60"] }, controller.signal);
    await expect(run).rejects.toBe(reason);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A killed child of nobody stays a zombie until init takes it.
    return !process.platform.startsWith("linux") || !isZombie(pid);
  } catch {
    return false;
  }
}

function isZombie(pid: number): boolean {
  return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
}
