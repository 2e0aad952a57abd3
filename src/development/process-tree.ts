import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import { linuxPids, linuxStat } from "../instances/process-identity.ts";
import { type Platform, killTreeCommand } from "./platform.ts";

export interface TreeStart {
  readonly command: readonly string[];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly platform: Platform;
}

export interface TreeEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process with everything that it starts. */
export interface ProcessTree {
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** When the first process has ended; what it started may still be there. */
  readonly ended: Promise<TreeEnd>;
  /** To the first process alone, which is how a host asks an instance to end. */
  signalFirst(signal: NodeJS.Signals): void;
  /** To all of them, which is what a terminal does at Ctrl-C. */
  signalAll(signal: NodeJS.Signals): void;
  killAll(): void;
  isAlive(): boolean;
}

/** Starts a command as a tree of its own. Throws the system's error where the program can't be started. */
export async function startTree(start: TreeStart): Promise<ProcessTree> {
  const child = start.platform === "win32" ? await spawnOnWindows(start) : await spawnInGroup(start);
  const { pid, stdout, stderr } = child;
  if (pid === undefined || stdout === null || stderr === null) throw new Error("The process has no pid.");
  const ended = new Promise<TreeEnd>((resolve) => {
    child.once("exit", (exitCode, signal) => resolve({ exitCode, signal }));
  });
  const actions = start.platform === "win32" ? windowsActions(child, pid) : groupActions(pid);
  return { pid, stdout, stderr, ended, ...actions };
}

type Actions = Pick<ProcessTree, "signalFirst" | "signalAll" | "killAll" | "isAlive">;

/** A process group of its own: a signal reaches the reloader and the server that it started alike. */
async function spawnInGroup({
  command: [program = "", ...args],
  folder,
  env,
}: TreeStart): Promise<ChildProcess> {
  const { spawn } = await import("node:child_process");
  const child = spawn(program, args, { cwd: folder, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  await begun(child);
  return child;
}

function groupActions(pid: number): Actions {
  const send = (to: number, signal: NodeJS.Signals | 0) => {
    try {
      return process.kill(to, signal);
    } catch {
      return false; // nobody is left there
    }
  };
  return {
    signalFirst: (signal) => void send(pid, signal),
    signalAll: (signal) => void send(-pid, signal),
    killAll: () => void send(-pid, "SIGKILL"),
    isAlive: () => send(-pid, 0) && !isOnlyDead(pid),
  };
}

/** In a container whose first process reaps nobody, the dead stay in their group for ever. */
function isOnlyDead(group: number): boolean {
  if (process.platform !== "linux") return false;
  return !linuxPids().some((pid) => {
    const stat = linuxStat(pid);
    return stat?.processGroup === group && stat.state !== "Z" && stat.state !== "X";
  });
}

/** There npm's programs are batch files, which only `cmd.exe` runs; execa knows how its words are quoted. */
async function spawnOnWindows({
  command: [program = "", ...args],
  folder,
  env,
}: TreeStart): Promise<ChildProcess> {
  const { execa } = await import("execa");
  const subprocess = execa(program, args, {
    cwd: folder,
    env,
    extendEnv: false,
    stdin: "ignore",
    buffer: false,
    reject: false,
  });
  const child = subprocess.nodeChildProcess;
  await begun(child);
  return child;
}

/** Windows has no signals: a Ctrl-C reaches every process of the console by itself, and what stays is ended by force. */
function windowsActions(child: ChildProcess, pid: number): Actions {
  const killAll = () => {
    const [program = "", ...args] = killTreeCommand(pid);
    // At once, because this also runs while cozy itself ends.
    process.getBuiltinModule("node:child_process").spawnSync(program, args, { stdio: "ignore" });
  };
  return {
    signalFirst: killAll,
    signalAll: (signal) => {
      if (signal !== "SIGINT") killAll();
    },
    killAll,
    isAlive: () => child.exitCode === null && child.signalCode === null,
  };
}

async function begun(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
}
