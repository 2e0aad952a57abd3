import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { processType, sampleProject, sampleRecord } from "../release/testing.ts";
import { Secret } from "../secrets/secret.ts";
import { scratchRecord } from "./scratch-record.ts";
import { sealFor, type Seal } from "./scratch-seal.ts";
import { drawnAnew, scratchVariables } from "./scratch-variables.ts";

const run = promisify(execFile);
const never = new AbortController().signal;

describe("what a release finds in a scratch environment", () => {
  const placed = {
    format: 1,
    variables: {
      DATABASE_URL: "sqlite:////live/database.sqlite",
      MEDIA_URL: "file:///live/media",
      HOME: "/home/live",
      CACHE_URL: "redis://cache.example:6379",
      QUEUE_URL: "redis://queue.example:6379",
      SESSION_SECRET: "drawn-for-production",
      API_KEY: "live-key",
      COLOUR: "blue",
      PATH: "/live/runtime/bin",
    },
    secrets: ["SESSION_SECRET", "API_KEY"],
  } as const;
  const facts: Parameters<typeof scratchVariables>[0] = {
    placed,
    byCozy: { PATH: "/live/runtime/bin", HOME: "/home/live" },
    environment: {
      database: { kind: "sqlite", variable: "DATABASE_URL" },
      media: { kind: "disk", url: "/media/", variable: "MEDIA_URL" },
    },
    drawn: { SESSION_SECRET: "drawn-for-scratch-00" },
    differing: { API_KEY: new Secret("test-key") },
    folders: { home: "/scratch/home", temporary: "/scratch/tmp" },
  };

  it("leads to none of its environment's data, keys and services", () => {
    const variables = scratchVariables(facts);
    expect(variables).toEqual({
      SESSION_SECRET: new Secret("drawn-for-scratch-00"),
      API_KEY: new Secret("test-key"),
      COLOUR: "blue",
      CACHE_URL: "memory:",
      QUEUE_URL: "memory:",
      HOME: "/scratch/home",
      TMPDIR: "/scratch/tmp",
    });
    const shown = Object.values(variables).map((value) =>
      typeof value === "string" ? value : value.reveal(),
    );
    expect(shown.join()).not.toMatch(/live|redis|drawn-for-production/);
  });

  it("has secrets of the same length, drawn anew", () => {
    const drawn = drawnAnew({ A: "x".repeat(43), B: "y".repeat(10) }, (size) => new Uint8Array(size).fill(7));
    expect(Object.values(drawn).map((value) => value.length)).toEqual([43, 10]);
    expect(drawn["A"]).not.toContain("x");
  });

  it("runs one instance of each type, nothing by schedule, and no hooks", () => {
    const processes = {
      web: processType(["w"], 4),
      worker: processType(["k"], 3),
      off: processType(["o"], 0),
    };
    const project = sampleProject(
      { processes, hooks: { afterDeploy: ["mail", "everybody"] } },
      { processes },
    );
    const record = scratchRecord(sampleRecord(project, "r1"));
    expect(
      Object.entries(record.processes).map(([type, { count, stopTimeoutMs }]) => [
        type,
        count,
        stopTimeoutMs,
      ]),
    ).toEqual([
      ["web", 1, 5_000],
      ["worker", 1, 5_000],
      ["off", 0, 5_000],
    ]);
    expect([record.hooks, record.schedules, record.backups]).toEqual([{}, {}, undefined]);
  });
});

describe("a seal", () => {
  let root: string;
  let seal: Seal;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "cozy-seal-"));
    await mkdir(join(root, "home", "scratch"), { recursive: true });
    await writeFile(join(root, "home", "precious"), "as it was");
    seal = await sealFor(
      {
        own: join(root, "home", "scratch"),
        protect: [join(root, "home")],
        platform: process.platform,
        uid: process.getuid?.() ?? 0,
        gid: process.getgid?.() ?? 0,
      },
      never,
    );
  });
  afterAll(async () => rm(root, { recursive: true }));

  const shell = async (
    script: string,
    cwd = root,
  ): Promise<{ readonly code: number; readonly text: string }> => {
    const [file, ...args] = [...seal.command, "/bin/sh", "-c", script];
    return run(file, args, { cwd }).then(
      ({ stdout }) => ({ code: 0, text: stdout }),
      (error: { readonly code?: number; readonly stderr?: string }) => ({
        code: error.code ?? -1,
        text: error.stderr ?? "",
      }),
    );
  };
  const node = (script: string) => shell(`"${process.execPath}" -e '${script}'`);

  it("says why it is none, where it is none", async () => {
    const elsewhere = await sealFor({ own: root, protect: [], platform: "darwin", uid: 0, gid: 0 }, never);
    expect(elsewhere).toMatchObject({
      sealed: "only Linux can seal a process off from the network",
      instance: [],
    });
    expect(String(seal.sealed)).toMatch(/^true$|network|program/);
  });

  it("lets nothing out to the network, and loopback stays its own", async (context) => {
    if (seal.sealed !== true) context.skip(seal.sealed);
    const server = createServer((_, response) => response.end("reached")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    try {
      const fetching = `fetch("http://127.0.0.1:${port}").then(() => process.exit(0), () => process.exit(7))`;
      expect((await node(fetching)).code).toBe(7);
      const listening = `require("net").createServer().listen(0, "127.0.0.1", () => process.exit(0))`;
      expect((await node(listening)).code).toBe(0);
    } finally {
      server.close();
    }
  });

  it("lets nothing be written but in its own folder, whatever folder it begins in", async (context) => {
    if (seal.sealed !== true) context.skip(seal.sealed);
    for (const folder of [root, join(root, "home")]) {
      expect((await shell(`echo spoilt > "${root}/home/precious"`, folder)).code).not.toBe(0);
      expect((await shell("echo spoilt > precious", join(root, "home"))).code).not.toBe(0);
      expect((await shell(`rm -f "${root}/home/precious"`, folder)).code).not.toBe(0);
    }
    expect(await readFile(join(root, "home", "precious"), "utf8")).toBe("as it was");
    expect((await shell(`echo mine > "${root}/home/scratch/mine"`)).code).toBe(0);
    expect(await readFile(join(root, "home", "scratch", "mine"), "utf8")).toBe("mine\n");
  });

  it("runs as the same user", async () => {
    expect((await shell("id -u")).text.trim()).toBe(String(process.getuid?.()));
  });

  it("ends a command together with whoever started it", async (context) => {
    if (seal.command.length === 0) context.skip("this machine has no setpriv");
    const pidFile = join(root, "home", "scratch", "pid");
    const words = JSON.stringify([...seal.command, "/bin/sh", "-c", `echo $$ > "${pidFile}"; exec sleep 60`]);
    const parent = spawn(process.execPath, [
      "-e",
      `const [f, ...a] = ${words}; require("child_process").spawn(f, a); setInterval(() => {}, 1000)`,
    ]);
    const pid = await untilFile(pidFile);
    parent.kill("SIGKILL");
    await once(parent, "exit");
    for (let tries = 0; tries < 100 && existsSync(`/proc/${pid}`); tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });
});

async function untilFile(file: string): Promise<string> {
  for (let tries = 0; tries < 200; tries += 1) {
    const text = await readFile(file, "utf8").catch(() => "");
    if (text.endsWith("\n")) return text.trim();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${file} never came`);
}
