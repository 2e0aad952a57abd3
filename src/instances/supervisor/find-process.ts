import { readFileSync, readlinkSync } from "node:fs";
import type { InstanceSpec } from "../instance.ts";
import {
  identify,
  isAlive,
  linuxPids,
  linuxStat,
  sameBoot,
  type ProcessIdentity,
} from "../process-identity.ts";
import type { KeptInstance } from "./kept-state.ts";
import { endGroup } from "./process-group.ts";

/** The process of an instance that an earlier supervisor has left; what is left of a dead one is ended. */
export async function findProcess(
  kept: KeptInstance,
  isTaken: (pid: number) => boolean,
): Promise<ProcessIdentity | undefined> {
  if (kept.process !== undefined && isAlive(kept.process)) return kept.process;
  const unwritten = process.platform === "linux" ? findUnwritten(kept, isTaken) : undefined;
  if (unwritten === undefined && kept.process !== undefined) await endLeftovers(kept.process);
  return unwritten;
}

/**
 * A supervisor can be killed between the start of a process and the note of its pid. Such a process leads a session of its own, in the
 * instance's folder and with its variables. A first one may have become another program since; after that there may also be helpers that
 * an earlier one has left, so the arguments must be the instance's own.
 */
function findUnwritten(
  { spec, process, restarts }: KeptInstance,
  isTaken: (pid: number) => boolean,
): ProcessIdentity | undefined {
  const isFirst = process === undefined && restarts === 0;
  const pid = linuxPids().find(
    (each) => !isTaken(each) && isOf(spec, each) && (isFirst || hasArguments(spec, each)),
  );
  return pid === undefined ? undefined : identify(pid);
}

function isOf(spec: InstanceSpec, pid: number): boolean {
  const stat = linuxStat(pid);
  if (stat?.session !== pid || stat.state === "Z") return false;
  try {
    if (readlinkSync(`/proc/${pid}/cwd`) !== spec.folder) return false;
    const variables = new Set(listIn(`/proc/${pid}/environ`));
    return Object.entries(spec.variables).every(([name, value]) => variables.has(`${name}=${value}`));
  } catch {
    // Another user's, or gone.
    return false;
  }
}

/** The first is left out: a script shows with its interpreter in front. */
function hasArguments({ command }: InstanceSpec, pid: number): boolean {
  const shown = listIn(`/proc/${pid}/cmdline`).slice(-command.length).slice(1);
  return shown.join("\0") === command.slice(1).join("\0");
}

function listIn(file: string): readonly string[] {
  return readFileSync(file, "utf8").split("\0").slice(0, -1);
}

/** Only where the pid is nobody else's by now. */
async function endLeftovers(process: ProcessIdentity): Promise<void> {
  const me = identify(globalThis.process.pid);
  if (me === undefined || !sameBoot(me.mark, process.mark)) return;
  if (identify(process.pid) === undefined) await endGroup(process.pid);
}
