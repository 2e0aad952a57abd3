import type { InstanceType } from "./instance-types.ts";
import { typesOf, type ServingFacts } from "./serving-facts.ts";

export interface StartedBeside {
  readonly type: string;
  readonly count: number;
  readonly declared: InstanceType;
}

/** The instances of a release that will be started on a host while everything of the old one still runs there. Pure. */
export function startedBeside(facts: ServingFacts): readonly StartedBeside[] {
  const { release, observed } = facts;
  return Object.entries(typesOf(facts)).flatMap(([type, declared]) => {
    const running = observed.instances.filter(({ id, state }) => id.type === type && state !== "stopped");
    const there = running.filter(({ id }) => id.release === release.id).length;
    // The old one of a singleton has ended before the new one starts.
    const count = declared.singleton && running.length > 0 ? 0 : Math.max(0, declared.count - there);
    return count === 0 ? [] : [{ type, count, declared }];
  });
}
