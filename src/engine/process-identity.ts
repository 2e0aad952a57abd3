import { readFile, readlink } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { promisify } from "node:util";
import { systemCode } from "../errors/cozy-error.ts";
import { ciRunOf, type Who } from "./who.ts";

/**
 * A process that can be told from any other that ever had its number: a number comes round again, and a number of another boot or
 * of another container says nothing here.
 */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** This boot of the machine and, on Linux, the namespace that the number belongs to. */
  readonly boot: string;
  /** When the process began, as the system tells it; only ever compared. */
  readonly processStart: string;
}

/** The person or CI run that acts, and the process that acts for them. */
export type Owner = Who & ProcessIdentity;

export async function thisOwner(env: NodeJS.ProcessEnv): Promise<Owner> {
  const ci = ciRunOf(env);
  return {
    user: userName(env),
    host: hostname(),
    pid: process.pid,
    ...(ci === undefined ? {} : { ci }),
    boot: (await bootId()) ?? "unknown",
    processStart: (await processStart(process.pid)) ?? "unknown",
  };
}

/** Whether this machine can say for certain that the process has ended; `false` also where it can't tell. */
export async function hasEnded(identity: ProcessIdentity): Promise<boolean> {
  if (identity.host !== hostname() || identity.boot === "unknown") return false;
  const boot = await bootId();
  if (boot === undefined) return false;
  // After another boot nothing of the old one runs; another container of this boot can't be looked into.
  if (boot !== identity.boot) return bootOnly(boot) !== bootOnly(identity.boot);
  if (!numberIsTaken(identity.pid)) return true;
  const start = await processStart(identity.pid);
  return start !== undefined && identity.processStart !== "unknown" && start !== identity.processStart;
}

function bootOnly(boot: string): string | undefined {
  return boot.split("/", 1)[0];
}

function numberIsTaken(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) !== "ESRCH";
  }
}

export function userName(env: Readonly<Record<string, string | undefined>>): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that no name belongs to.
    return env["USER"] ?? env["LOGNAME"] ?? `uid ${process.getuid?.() ?? "unknown"}`;
  }
}

async function bootId(): Promise<string | undefined> {
  if (process.platform !== "linux") return commandOutput("sysctl", ["-n", "kern.bootsessionuuid"]);
  try {
    const id = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    return `${id}/${await readlink("/proc/self/ns/pid")}`;
  } catch {
    return undefined;
  }
}

async function processStart(pid: number): Promise<string | undefined> {
  if (process.platform !== "linux") return commandOutput("ps", ["-o", "lstart=", "-p", String(pid)]);
  try {
    return startTimeIn(await readFile(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return undefined;
  }
}

/** The 22nd field of `/proc/<pid>/stat`; a zombie has ended, though its number is still taken. */
export function startTimeIn(stat: string): string | undefined {
  // The second field is the program's name, which may hold spaces and parentheses of its own.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? "ended" : fields[19];
}

async function commandOutput(program: string, args: readonly string[]): Promise<string | undefined> {
  // Taken when it is needed, which on Linux it never is: it costs a command milliseconds of its start.
  const { execFile } = process.getBuiltinModule("node:child_process");
  try {
    const { stdout } = await promisify(execFile)(program, args, { timeout: 5_000 });
    return stdout.trim() === "" ? undefined : stdout.trim();
  } catch {
    return undefined;
  }
}
