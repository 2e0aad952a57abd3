import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { build } from "tsdown";
import type { ServerLayout } from "../../../src/hosts/server-layout.ts";
import type { RootFile } from "../../../src/instances/systemd/root-files.ts";
import { prepareHost } from "./prepare-host.ts";

/** A lab host with this side's programs on it. */
export interface LabServer {
  /** As root, by a shell. */
  sh(script: string, options?: { readonly fails?: boolean }): Promise<string>;
  /** Lays what `cozy setup` would for an environment. */
  prepare(layout: ServerLayout, files: readonly RootFile[]): Promise<void>;
  /** The program for tests, which runs there as the deployer's user. */
  connect(project: string, environment: string): Remote;
  /** What gives the deployer's user a terminal there. */
  terminal(command: readonly string[]): readonly string[];
}

export interface Remote {
  call<T>(call: string, ...args: readonly unknown[]): Promise<T>;
  close(): Promise<void>;
}

/** Where the Node of this machine lies on the host. */
export const nodeThere = "/opt/cozy-test/node";

export async function labServer(address: string, keyFile: string): Promise<LabServer> {
  const ssh = (user: string, ...words: readonly string[]): string[] => {
    const options = [
      "BatchMode=yes",
      "StrictHostKeyChecking=no",
      "UserKnownHostsFile=/dev/null",
      "LogLevel=ERROR",
    ];
    return [
      "ssh",
      "-i",
      keyFile,
      ...options.flatMap((option) => ["-o", option]),
      `${user}@${address}`,
      ...words,
    ];
  };
  const run = async (
    command: readonly string[],
    options: { readonly input?: string; readonly inputFile?: string },
  ) => {
    const [program = "", ...words] = command;
    return execa(program, words, { ...options, reject: false });
  };
  const sh: LabServer["sh"] = async (script, options = {}) => {
    const { stdout, stderr, exitCode } = await run(ssh("root", "sh"), { input: script });
    if (exitCode === 0 || options.fails === true) return stdout;
    throw new Error(`${script.slice(0, 200)}\n${stdout}\n${stderr}`);
  };
  const send = async (inputFile: string, to: string) => {
    await run(ssh("root", `cat > ${to}.new && chmod 755 ${to}.new && mv ${to}.new ${to}`), { inputFile });
  };

  await sh("mkdir -p /opt/cozy-test");
  await send(process.execPath, nodeThere);
  const bundle = await bundled();
  await send(join(bundle, "program.mjs"), "/opt/cozy-test/program.mjs");
  await rm(bundle, { recursive: true });
  const key = await readFile(`${keyFile}.pub`, "utf8");
  return {
    sh,
    prepare: async (layout, files) => void (await sh(prepareHost(layout, files, key))),
    connect: (project, environment) =>
      remote(ssh("cozy", nodeThere, "/opt/cozy-test/program.mjs", project, environment)),
    terminal: (command) => ssh("cozy", ...command).toSpliced(1, 0, "-tt"),
  };
}

async function bundled(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), "cozy-systemd-"));
  await build({
    config: false,
    logLevel: "error",
    platform: "node",
    format: "esm",
    target: "node22.15",
    dts: false,
    outExtensions: () => ({ js: ".mjs" }),
    deps: { alwaysBundle: [/.*/u] },
    entry: { program: join(import.meta.dirname, "server-program.ts") },
    outDir,
  });
  return outDir;
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

function remote([program = "", ...words]: readonly string[]): Remote {
  const child = spawn(program, words, { stdio: ["pipe", "pipe", "inherit"] });
  const waiting = new Map<number, Waiting>();
  let last = 0;
  const closed = new Promise<void>((resolve) => void child.once("close", () => resolve()));
  child.stdin.on("error", () => undefined);
  child.once("close", () => {
    for (const { reject } of waiting.values()) reject(new Error("the connection to the lab host is gone"));
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { number, result, failed } = JSON.parse(line) as { number: number; result: never; failed?: object };
    const { resolve, reject } = waiting.get(number) ?? { resolve: () => {}, reject: () => {} };
    waiting.delete(number);
    if (failed === undefined) resolve(result);
    else reject(Object.assign(new Error("it failed there"), failed));
  });
  return {
    call<T>(call: string, ...args: readonly unknown[]): Promise<T> {
      last += 1;
      const answer = new Promise<T>((resolve, reject) => void waiting.set(last, { resolve, reject }));
      child.stdin.write(`${JSON.stringify({ number: last, call, args })}\n`);
      return answer;
    },
    async close() {
      child.stdin.end();
      child.kill();
      await closed;
    },
  };
}
