import { existsSync, readdirSync, readFileSync } from "node:fs";

/** A process that can be told from a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** The boot and the time that it started at, as the system tells them; only compared, never read. */
  readonly mark: string;
}

/** The process that has this pid now; `undefined` when there is none, or only what an unreaped one leaves behind. */
export function identify(pid: number): ProcessIdentity | undefined {
  const mark = process.platform === "linux" ? linuxMark(pid) : psMark(pid);
  return mark === undefined ? undefined : { pid, mark };
}

export function isAlive(identity: ProcessIdentity): boolean {
  const now = identify(identity.pid);
  return now === undefined ? isHidden(identity) : now.mark === identity.mark;
}

/**
 * systemd's sandboxes hide processes of other units, also those of the same user. That one of this number can be told something is all
 * that is known of it then; it is taken for the one that is meant, because a run that goes on must not be begun a second time.
 */
function isHidden({ pid, mark }: ProcessIdentity): boolean {
  if (process.platform !== "linux" || !sameBoot(mark, bootId()) || existsSync(`/proc/${pid}`)) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // gone, or another user's
  }
}

/** Whether both marks are of one boot of the machine, so that a pid from then can mean something now. */
export function sameBoot(a: string, b: string): boolean {
  return a.split(":")[0] === b.split(":")[0];
}

export interface ProcessStat {
  readonly state: string;
  readonly processGroup: number;
  readonly session: number;
  readonly startTicks: string;
}

/** What `/proc/<pid>/stat` says; the name in it may hold spaces and parentheses, so it is read from its last one on. */
export function linuxStat(pid: number): ProcessStat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, , processGroup, session] = fields;
  const startTicks = fields[19];
  if (state === undefined || startTicks === undefined) return undefined;
  return { state, processGroup: Number(processGroup), session: Number(session), startTicks };
}

/** Every process of this machine that is in sight. */
export function linuxPids(): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/u.test(name))
    .map(Number);
}

function linuxMark(pid: number): string | undefined {
  const stat = linuxStat(pid);
  if (stat === undefined || stat.state === "Z" || stat.state === "X") return undefined;
  return `${bootId()}:${stat.startTicks}`;
}

let knownBootId: string | undefined;

function bootId(): string {
  // Half of it tells boots apart, and an identity stays short enough for a symbolic link's own inode.
  knownBootId ??= readFileSync("/proc/sys/kernel/random/boot_id", "latin1").slice(0, 18);
  return knownBootId;
}

function psMark(pid: number): string | undefined {
  // Taken when it is needed, which on Linux it never is: it costs a command milliseconds of its start.
  const { execFileSync } = process.getBuiltinModule("node:child_process");
  try {
    const line = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" },
      encoding: "utf8",
      timeout: 2000,
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
    const [state = "", ...started] = line.split(/\s+/u);
    // A start date needs no boot beside it; the empty boot keeps the shape of a mark the same everywhere.
    return line === "" || state.startsWith("Z") ? undefined : `:${started.join(" ")}`;
  } catch {
    return undefined;
  }
}
