import type { HostState } from "../hosts/host.ts";
import { sizeText } from "../shared/size-text.ts";
import { listed } from "../shared/words.ts";
import { nextTime, type CapacityFinding } from "./capacity-finding.ts";
import type { HostStarts } from "./host-starts.ts";
import type { InstanceType } from "./instance-types.ts";

interface Wanted {
  readonly type: string;
  readonly count: number;
  /** Of one instance; `undefined` where neither was one seen nor a limit declared. */
  readonly bytes: number | undefined;
  /** A limit is the most that it may come to, and no proof that it will. */
  readonly measured: boolean;
}

/** Whether a host's free memory takes the new instances while the old ones still run. What was never seen there, other hosts may show. Pure. */
export function memoryFinding(
  { observed, starts }: HostStarts,
  fleet: readonly HostStarts[],
): CapacityFinding {
  const { host, memory } = observed;
  const others = fleet.map((one) => one.observed).filter((one) => one.host !== host);
  const wanted = starts.map(({ type, count, declared }) => ({
    type,
    count,
    ...memoryOf(type, [observed, ...others], declared),
  }));
  const finding = { subject: "memory", host } as const;
  const most = sum(wanted, ({ bytes }) => bytes ?? 0);
  const certain = sum(wanted, ({ bytes, measured }) => (measured ? (bytes ?? 0) : 0));
  const takes = `the new instances take about ${sizeText(most)} beside the old ones (${wordsFor(wanted)})`;
  if (memory === undefined) {
    const text = `${host} does not say how much memory is free`;
    return { ...finding, verdict: "not-known", text, advice: "Look at it yourself." };
  }
  const free = `${sizeText(memory.availableBytes)} of ${sizeText(memory.totalBytes)} free`;
  if (certain > memory.availableBytes) {
    return {
      ...finding,
      verdict: "not-enough",
      text: `${host}: ${takes}, with ${free}.`,
      advice:
        "Run fewer instances (`cozy scale`), end what else runs there, or take a host with more memory.",
    };
  }
  const unknown = wanted.filter(({ bytes }) => bytes === undefined).map(({ type }) => type);
  if (unknown.length > 0) {
    return {
      ...finding,
      verdict: "not-known",
      text: `what ${listed(unknown)} ${unknown.length === 1 ? "takes" : "take"} was never seen on ${host} (${free})`,
      advice: nextTime,
    };
  }
  if (most > memory.availableBytes) {
    return {
      ...finding,
      verdict: "not-known",
      text: `by their limits the new instances on ${host} may take ${sizeText(most)} (${free})`,
      advice: nextTime,
    };
  }
  return { ...finding, verdict: "enough", text: `${host}: ${takes}, with ${free}.`, advice: "" };
}

/** The largest that there is on the first host that shows any, of its serving release before any other's; else what they are limited to. */
function memoryOf(
  type: string,
  hosts: readonly HostState[],
  { limits }: InstanceType,
): Pick<Wanted, "bytes" | "measured"> {
  for (const { instances, current } of hosts) {
    const seen = instances.filter(({ id, state }) => id.type === type && state === "running");
    const serving = seen.filter(({ id }) => id.release === current);
    for (const some of [serving, seen]) {
      const measured = some.flatMap(({ memoryBytes }) => (memoryBytes === undefined ? [] : [memoryBytes]));
      if (measured.length > 0) return { bytes: Math.max(...measured), measured: true };
    }
  }
  return { bytes: limits.memoryBytes, measured: false };
}

function sum(wanted: readonly Wanted[], bytesOf: (one: Wanted) => number): number {
  return wanted.reduce((total, one) => total + one.count * bytesOf(one), 0);
}

function wordsFor(wanted: readonly Wanted[]): string {
  return wanted
    .map(({ type, count, bytes }) => `${type} ${count} × ${bytes === undefined ? "?" : sizeText(bytes)}`)
    .join(", ");
}
