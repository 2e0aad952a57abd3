import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import { pause } from "../shared/pause.ts";
import { cgroupRoot, isPopulated, killCgroup, makeCgroup } from "./cgroup.ts";
import { hostLayout, labLayout } from "./lab-layout.ts";
import { changeHost, type HostState } from "./lab-state.ts";
import {
  makeWireEnds,
  putWireIn,
  removeNetem,
  removeWireEnds,
  setLink,
  setNetem,
  takeWireOut,
  wireSenders,
  type Batch,
  type Command,
  type Slowness,
} from "./network-commands.ts";
import { python } from "./python.ts";
import { runProgram, tailOf, tryProgram } from "./run-program.ts";
import { startInCgroup } from "./start-in-cgroup.ts";

/** Pulls the host's cable: packets are lost, and nobody is told. */
export async function cutLink(lab: string, host: string, signal: AbortSignal): Promise<void> {
  await runProgram(setLink(lab, host, "down"), signal);
  await changeHost(lab, host, (before) => ({ ...before, cut: true }));
}

/** The cable as it was at first: neither cut nor slow. */
export async function healLink(lab: string, { name, slow }: HostState, signal: AbortSignal): Promise<void> {
  await beQuick(lab, name, slow?.by, signal);
  await runProgram(setLink(lab, name, "up"), signal);
  await changeHost(lab, name, (before) => ({ ...before, cut: false, slow: undefined }));
}

/** Delay and loss on the host's cable, in the place of those it had; connections live through the change. */
export async function slowLink(
  lab: string,
  { name, slow }: HostState,
  slowness: Slowness,
  signal: AbortSignal,
): Promise<void> {
  if (slow?.by === "wire") await beQuick(lab, name, "wire", signal);
  const by = (await setByKernel(lab, name, slowness, signal)) ? "netem" : "wire";
  if (by === "wire") await layWire(lab, name, slowness, signal);
  await changeHost(lab, name, (before) => ({ ...before, slow: { ...slowness, by } }));
}

async function beQuick(
  lab: string,
  host: string,
  by: "netem" | "wire" | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (by === "netem") await inOrder(removeNetem(lab, host), signal);
  if (by === "wire") await liftWire(lab, host, signal);
}

/** `false` where the kernel has no `netem`, as the first of the commands tells by its exit code. */
async function setByKernel(
  lab: string,
  host: string,
  slowness: Slowness,
  signal: AbortSignal,
): Promise<boolean> {
  const [first = [], ...others] = setNetem(lab, host, slowness);
  if ((await tryProgram(first, signal)).exitCode !== 0) return false;
  await inOrder(others, signal);
  return true;
}

async function layWire(
  lab: string,
  host: string,
  { delayMs, lossPercent }: Slowness,
  signal: AbortSignal,
): Promise<void> {
  const { wireProgram, switch: inSwitch } = labLayout(lab);
  const { port, wireEnd, wireCgroup, wireLog } = hostLayout(lab, host);
  await inOrder(makeWireEnds(lab, host), signal);
  await inOrder(offloads(lab, host, "off"), signal);
  const cgroup = await makeCgroup(await cgroupRoot(), wireCgroup);
  const carry = [python(), wireProgram, "carry", port, wireEnd, String(delayMs / 2), String(lossPercent)];
  await startInCgroup(cgroup, ["ip", "netns", "exec", inSwitch, ...carry], wireLog);
  try {
    await wireCarries(cgroup, wireLog, signal);
    await carryOut(putWireIn(lab, host), signal);
  } catch (error) {
    await liftWire(lab, host, AbortSignal.timeout(liftTimeoutMs));
    throw error;
  }
}

const liftTimeoutMs = 10_000;

/** It says so in its log, which is gone with every wire that is lifted. */
async function wireCarries(cgroup: string, log: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const text = await readFile(log, "utf8");
    if (text !== "" && (await isPopulated(cgroup))) return;
    if (!(await isPopulated(cgroup))) {
      throw new CozyError("lab-program-failed", {
        message: "The wire that slows a host down ended as it was laid.",
        details: tailOf(text),
      });
    }
    await pause(5, signal);
  }
}

async function liftWire(lab: string, host: string, signal: AbortSignal): Promise<void> {
  const { wireCgroup, wireLog } = hostLayout(lab, host);
  await carryOut(takeWireOut(lab, host), signal);
  await killCgroup(join(await cgroupRoot(), wireCgroup), signal);
  await inOrder(offloads(lab, host, "on"), signal);
  await inOrder([removeWireEnds(lab, host), ["rm", "-f", wireLog]], signal);
}

function offloads(lab: string, host: string, state: "on" | "off"): readonly Command[] {
  const { wireProgram } = labLayout(lab);
  return wireSenders(lab, host).map(({ namespace, device }) => [
    "ip",
    "netns",
    "exec",
    namespace,
    python(),
    wireProgram,
    "offloads",
    device,
    state,
  ]);
}

async function carryOut({ command, input }: Batch, signal: AbortSignal): Promise<void> {
  await runProgram(command, signal, { input });
}

async function inOrder(commands: readonly Command[], signal: AbortSignal): Promise<void> {
  for (const command of commands) await runProgram(command, signal);
}
