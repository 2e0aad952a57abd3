import { sumBaselines, sumTraffic } from "../../canary/sum-traffic.ts";
import type { BeforeRequest } from "../../canary/traffic-before.ts";
import type { Traffic, TrafficRequest } from "../../canary/traffic.ts";
import type { Baseline } from "../../canary/verdict.ts";
import type { OperationContext } from "../../engine/operation.ts";
import type { Host } from "../../hosts/host.ts";
import type { ReleaseWorld } from "../world.ts";
import type { WatchReleaseInput } from "./watch-release.ts";

type Context = Pick<OperationContext<ReleaseWorld>, "world" | "signal" | "now">;
type Watched = Pick<WatchReleaseInput, "host" | "hosts">;

/** The hosts whose traffic is watched: all of a fleet, or the one that there is. */
export function watchedHosts({ host, hosts }: Watched): readonly string[] {
  return hosts ?? [host];
}

/** What both releases served, on all hosts together. */
export async function watchedTraffic(
  input: Watched,
  request: TrafficRequest,
  { world, signal, now }: Context,
): Promise<Traffic> {
  if (input.hosts === undefined) return world.host(input.host).traffic(request, signal);
  const counted = input.hosts.map(async (name) => {
    const host = world.host(name);
    const aheadMs = await clockAheadMs(host, now, signal);
    const { ticks, pages } = await host.traffic(shifted(request, aheadMs), signal);
    return { ticks: ticks.map((tick) => ({ ...tick, at: tick.at - aheadMs })), pages };
  });
  return sumTraffic(await Promise.all(counted));
}

/** What the past of the release before says, on all hosts together. */
export async function watchedBefore(
  input: Watched,
  request: BeforeRequest,
  { world, signal, now }: Context,
): Promise<Baseline> {
  if (input.hosts === undefined) return world.host(input.host).trafficBefore(request, signal);
  const looks = input.hosts.map(async (name) => {
    const host = world.host(name);
    const aheadMs = await clockAheadMs(host, now, signal);
    const own = { ...request, from: request.from + aheadMs, to: request.to + aheadMs };
    const baseline = await host.trafficBefore(own, signal);
    return { ...baseline, from: baseline.from - aheadMs, to: baseline.to - aheadMs };
  });
  return sumBaselines(await Promise.all(looks));
}

/** By how much the host's clock is ahead of ours: its log has its own times. */
async function clockAheadMs(host: Host, now: () => number, signal: AbortSignal): Promise<number> {
  const { clock } = await host.observe(signal);
  return clock - now();
}

function shifted(request: TrafficRequest, byMs: number): TrafficRequest {
  const slowFrom = request.slowFrom === 0 ? 0 : request.slowFrom + byMs;
  return { ...request, from: request.from + byMs, to: request.to + byMs, slowFrom };
}
