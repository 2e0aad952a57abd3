import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { identify } from "../instances/process-identity.ts";
import { DevProcess } from "./dev-process.ts";
import { endAll } from "./end-all.ts";
import type { TreeEnd } from "./process-tree.ts";

const env = { PATH: process.env["PATH"] ?? "" };
const begun: DevProcess[] = [];
afterEach(() => {
  for (const one of begun.splice(0)) one.killAll();
});

interface Seen {
  readonly lines: string[];
  readonly pids: number[];
  readonly ends: TreeEnd[];
}

function processOf(script: string): { readonly dev: DevProcess; readonly seen: Seen } {
  const seen: Seen = { lines: [], pids: [], ends: [] };
  const dev = new DevProcess(
    { type: "web", command: ["node", "-e", script], reload: "cozy" },
    {
      start: { folder: "/", platform: process.platform },
      stopSignal: "SIGTERM",
      onLine: (_stream, line) => seen.lines.push(line),
      onStarted: (pid) => seen.pids.push(pid),
      onEnded: (end) => seen.ends.push(end),
    },
  );
  begun.push(dev);
  return { dev, seen };
}

/** A container's first process may reap nobody: what only waits to be reaped runs no more. */
const isRunning = (pid: number) => identify(pid) !== undefined;

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end; await after(10)) if (holds()) return;
  throw new Error("not within thirty seconds");
}

const stays = "setInterval(() => {}, 1000)";
const never = new AbortController().signal;

describe("DevProcess", () => {
  it("is never there twice, however often it is started", async () => {
    const { dev, seen } = processOf(`console.log("up"); ${stays}`);
    await Promise.all([dev.start(env), dev.start(env), dev.start(env)]);
    expect(seen.pids).toHaveLength(3);
    expect(seen.pids.filter(isRunning)).toHaveLength(1);
    expect(seen.ends).toEqual([]);
  });

  it("tells an end that nobody asked for, and takes away what it left behind", async () => {
    const child = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(stays)}], { stdio: "ignore" })`;
    const { dev, seen } = processOf(`console.log(${child}.pid); setTimeout(() => process.exit(3), 100)`);
    await dev.start(env);
    await until(() => seen.ends.length === 1);
    expect(seen.ends).toEqual([{ exitCode: 3, signal: null }]);
    expect(dev.isUp).toBe(false);
    const left = Number(seen.lines[0]);
    expect(left).toBeGreaterThan(0);
    await until(() => !isRunning(left));
    await dev.start(env);
    expect(dev.isUp).toBe(true);
  });

  it("says what the system says of a program that is not there", async () => {
    const dev = new DevProcess(
      { type: "web", command: ["no-such-program-anywhere"], reload: "cozy" },
      {
        start: { folder: "/", platform: process.platform },
        stopSignal: "SIGTERM",
        onLine: () => {},
        onStarted: () => {},
        onEnded: () => {},
      },
    );
    await expect(dev.start(env)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("endAll", () => {
  it("ends a process and what it has started, though they know no manners", async () => {
    const folder = await mkdtemp(join(tmpdir(), "cozy-dev-"));
    const file = join(folder, "pid");
    const deaf = `process.on("SIGINT", () => {}); ${stays}`;
    const deafChild = `${deaf}; require("node:fs").writeFileSync(${JSON.stringify(file)}, String(process.pid))`;
    const { dev, seen } = processOf(
      `${deaf}; require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(deafChild)}], { stdio: "ignore" })`,
    );
    await dev.start(env);
    await until(() => existsSync(file));
    const slow: (readonly string[])[] = [];
    const since = Date.now();
    await endAll({
      processes: [dev],
      signal: "SIGINT",
      atOnce: never,
      onSlow: (types) => slow.push(types),
      slowMs: 50,
      graceMs: 300,
    });
    expect(Date.now() - since).toBeLessThan(20_000);
    expect(slow).toEqual([["web"]]);
    expect(dev.hasLeftovers).toBe(false);
    expect(isRunning(seen.pids[0] ?? 0)).toBe(false);
    const child = Number(await readFile(file, "utf8"));
    expect(child).toBeGreaterThan(0);
    await until(() => !isRunning(child));
    expect(seen.ends).toEqual([]); // it was asked to
    await dev.start(env);
    expect(seen.pids).toHaveLength(1); // and is not started again
    await rm(folder, { recursive: true, force: true });
  });

  it("kills at once when it is asked a second time", async () => {
    const { dev, seen } = processOf(`process.on("SIGINT", () => {}); ${stays}; console.log("up")`);
    await dev.start(env);
    await until(() => seen.lines.includes("up"));
    const atOnce = new AbortController();
    setTimeout(() => atOnce.abort(), 100);
    const since = Date.now();
    await endAll({
      processes: [dev],
      signal: "SIGINT",
      atOnce: atOnce.signal,
      onSlow: () => {},
      graceMs: 60_000,
    });
    expect(Date.now() - since).toBeLessThan(20_000);
    expect(dev.hasLeftovers).toBe(false);
  });
});
