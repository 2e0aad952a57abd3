import { releaseOf } from "../routing/route-table.ts";
import type { HostState } from "../hosts/host.ts";

/**
 * The releases that a deploy of `next` removes, oldest first: all but the newest `keep` beside the new one. The one in force, any
 * that the route table leads to, and any whose instances still run are never among them.
 */
export function releasesToPrune(observed: HostState, next: string, keep: number): string[] {
  const needed = new Set([
    next,
    ...(observed.current === undefined ? [] : [observed.current]),
    ...Object.keys(observed.routes).map(releaseOf),
    ...observed.instances.map(({ id }) => id.release),
  ]);
  const others = observed.releases.filter(({ id }) => id !== next);
  const newestFirst = others.toSorted((a, b) => b.createdAt - a.createdAt || b.id.localeCompare(a.id));
  return newestFirst
    .slice(keep)
    .map(({ id }) => id)
    .filter((id) => !needed.has(id))
    .toReversed();
}
