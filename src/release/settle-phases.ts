import { releaseOf } from "../routing/route-table.ts";
import { onEach, type FleetFacts } from "./fleet.ts";
import { endWarmInstances } from "./operations/end-warm-instances.ts";
import { retireInstances } from "./operations/retire-instances.ts";
import { stopInstances } from "./operations/stop-instances.ts";
import { phase, planned } from "./planned.ts";
import type { Phase, PlannedOperation } from "./plan.ts";
import { stopTimeoutOf, typesOnHost, type ServingFacts } from "./serving-facts.ts";
import { handovers } from "./worker-operations.ts";

/** From here on the release is in force: the old one's workers end, its web instances stay warm for a while. */
export function settlePhases(facts: FleetFacts): Phase[] {
  return phase("settle", "Let the old release go", onEach(facts, settleOperations), true);
}

export function settleOperations(facts: ServingFacts): (PlannedOperation | undefined)[] {
  const { observed, release } = facts;
  const old = observed.instances.map(({ id }) => id.release).filter((id) => id !== release.id);
  return [...new Set(old)].flatMap((id) => letGo(facts, id));
}

function letGo(facts: ServingFacts, id: string): (PlannedOperation | undefined)[] {
  const { environment, observed } = facts;
  const { host } = observed;
  const { drain, keep } = environment;
  const types = typesOnHost(observed, id);
  const ended = handovers(facts).find((handover) => handover.id === id)?.types ?? [];
  const others = types.filter((type) => type !== "web" && !ended.includes(type));
  const web = types.includes("web");
  const serves = Object.keys(observed.routes).some((socket) => releaseOf(socket) === id);
  return [
    others.length > 0
      ? planned(
          stopInstances,
          `stop ${others.join(", ")} of ${id}`,
          { host, release: id, types: others, timeoutMs: stopTimeoutOf(observed, id, others) },
          `-${id}`,
        )
      : undefined,
    web && serves
      ? planned(retireInstances, `drain ${id}`, { host, release: id, drain, warmMs: keep.warmMs }, `-${id}`)
      : undefined,
    web && !serves
      ? planned(endWarmInstances, `end ${id}, warm until now`, { host, release: id, drain }, `-${id}`)
      : undefined,
  ];
}
