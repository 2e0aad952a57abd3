import { hostsOf, keeperOf, type FleetFacts } from "./fleet.ts";
import type { HostStarts } from "./host-starts.ts";
import { scaleIn } from "./operations/set-scale.ts";
import { startsIn, type PlannedStart } from "./operations/start-instances.ts";
import type { Plan } from "./plan.ts";
import type { ServingFacts } from "./serving-facts.ts";
import { startedBeside } from "./started-beside.ts";

/**
 * What a plan that was cut off has yet to start, on each host. None where it has begun to: what runs has its room, and of what is half-way
 * going on is as good an end as going back. What has begun is seen on the hosts, since a journal tells of starts before they happen. Pure.
 */
export function startsToCome(facts: FleetFacts, plan: Plan): HostStarts[] {
  const scale = scaleIn(plan) ?? keeperOf(facts.fleet).scale;
  const planned = startsIn(plan);
  const hosts = hostsOf(facts).map((host) => ({
    ...host,
    // Whether it is this host that runs what runs once, the plan has decided.
    singletons: true,
    observed: { ...host.observed, scale },
    planned: planned.filter((start) => start.host === host.observed.host),
  }));
  const hasBegun = hosts.some((host) => host.planned.some((start) => isBegun(host, start)));
  return hosts.map((host) => ({
    observed: host.observed,
    starts: hasBegun
      ? []
      : startedBeside(host).filter((one) => host.planned.some(({ types }) => types.includes(one.type))),
  }));
}

function isBegun({ observed, release }: ServingFacts, { types, keeps = {} }: PlannedStart): boolean {
  const running = observed.instances.filter(
    ({ id, state, retireAt }) => id.release === release.id && state !== "stopped" && retireAt === undefined,
  );
  return types.some((type) => running.filter(({ id }) => id.type === type).length > (keeps[type] ?? 0));
}
