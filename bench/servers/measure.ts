import { cpus } from "node:os";
import { startLoad } from "../../src/routing/testing/load.ts";
import { median } from "../statistics.ts";
import type { Contestant, Told } from "./contestants.ts";
import type { Stage } from "./stage.ts";

/** One command of one contestant, over some rounds. */
export interface Measured {
  readonly contestant: string;
  readonly hosts: number;
  /** Added to each round trip. */
  readonly delayMs: number;
  readonly command: "deploy" | "rollback";
  readonly medianMs: number;
  /** What all cores of the machine computed meanwhile, in milliseconds of one: hosts, deployer and load. */
  readonly busyMs: number;
  /** Requests in all rounds, and those of them that failed. */
  readonly sent: number;
  readonly failed: number;
  /** The longest that one that was answered took, and the median of all. */
  readonly longestMs: number;
  readonly usualMs: number;
  readonly told: Told;
}

/** A connection a host, asking what takes the application little: two cores have all hosts and the deployers to carry. */
const load = { connections: 1, pauseMs: 20 };
/** How long it is asked before and after each command; before, because what the last one has started boots on for a while. */
const calmMs = { before: 4_000, after: 1_000 };

export async function measure(
  stage: Stage,
  contestant: Contestant,
  { delayMs, rounds }: { readonly delayMs: number; readonly rounds: number },
): Promise<readonly Measured[]> {
  const runs: Record<"deploy" | "rollback", Run[]> = { deploy: [], rollback: [] };
  let before = await stage.change();
  await contestant.deploy(stage, before);
  for (let round = 0; round < rounds; round += 1) {
    const commit = await stage.change();
    const last = before;
    runs.deploy.push(await underLoad(stage, contestant, async () => contestant.deploy(stage, commit)));
    runs.rollback.push(await underLoad(stage, contestant, async () => contestant.rollBack(stage, last)));
    // The next round changes what is in force by then.
    before = last;
  }
  const hosts = stage.hosts.length;
  return (["deploy", "rollback"] as const).map((command) => ({
    contestant: contestant.name,
    hosts,
    delayMs,
    command,
    ...summary(runs[command]),
  }));
}

interface Run {
  readonly ms: number;
  readonly busyMs: number;
  readonly sent: number;
  readonly failed: number;
  readonly longestMs: number;
  readonly usualMs: number;
  readonly told: Told;
}

/** What users meet while something is done. */
export async function underLoad(
  { hosts }: Stage,
  { port }: Contestant,
  work: () => Promise<Told>,
): Promise<Run> {
  const loads = hosts.map((host) => startLoad({ url: `http://${host}:${port}/healthz`, ...load }));
  await new Promise((resolve) => void setTimeout(resolve, calmMs.before));
  const start = performance.now();
  const busyBefore = busySinceBootMs();
  const told = await work();
  const ms = performance.now() - start;
  const busyMs = busySinceBootMs() - busyBefore;
  await new Promise((resolve) => void setTimeout(resolve, calmMs.after));
  const results = await Promise.all(loads.map((one) => one.stop()));
  return {
    ms,
    busyMs,
    told,
    sent: sum(results.map(({ sent }) => sent)),
    failed: sum(results.map(({ failed }) => failed)),
    longestMs: Math.max(...results.map(({ max }) => max)),
    usualMs: median(results.map(({ p50 }) => p50)),
  };
}

function busySinceBootMs(): number {
  return sum(cpus().map(({ times: { user, nice, sys, irq } }) => user + nice + sys + irq));
}

function summary(runs: readonly Run[]): Omit<Measured, "contestant" | "hosts" | "delayMs" | "command"> {
  const kinds = [...new Set(runs.flatMap(({ told }) => Object.keys(told)))];
  return {
    medianMs: median(runs.map(({ ms }) => ms)),
    busyMs: median(runs.map(({ busyMs }) => busyMs)),
    sent: sum(runs.map(({ sent }) => sent)),
    failed: sum(runs.map(({ failed }) => failed)),
    longestMs: Math.max(...runs.map(({ longestMs }) => longestMs)),
    usualMs: median(runs.map(({ usualMs }) => usualMs)),
    told: Object.fromEntries(
      kinds.map((kind) => [kind, median(runs.flatMap(({ told }) => told[kind] ?? []))]),
    ),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
