import { CozyError } from "../errors/cozy-error.ts";
import type { HostState } from "../hosts/host.ts";
import { keeperOf, type Fleet } from "./fleet.ts";
import { nearest } from "../shared/nearest.ts";
import { wholeRelease } from "./whole-release.ts";

/** The keeper's releases that every host keeps whole: one that a host lacks can't serve everywhere. */
export function keptOnAll(fleet: Fleet): HostState {
  const keeper = keeperOf(fleet);
  return {
    ...keeper,
    releases: keeper.releases.filter(
      ({ id }) => id === keeper.current || fleet.every((host) => wholeRelease(host, id)),
    ),
  };
}

/**
 * The release that a rollback goes to: the one asked for, by its id or an unambiguous part of it (its commit, say), else the one that
 * served before the one in force was deployed, else the newest kept one that is older. Not just the newest: that may be the very one
 * that was rolled back from before.
 */
export function rollbackTarget(
  observed: HostState,
  environment: string,
  {
    asked,
    servedBefore,
  }: { readonly asked?: string | undefined; readonly servedBefore?: string | undefined },
): string {
  const kept = observed.releases
    .filter(({ damaged }) => damaged === undefined)
    .toSorted((a, b) => b.createdAt - a.createdAt || b.id.localeCompare(a.id));
  if (asked !== undefined) return askedFor(kept, environment, asked, observed.current);
  const before = kept.find(({ id }) => id === servedBefore && id !== observed.current);
  return before?.id ?? previousOf(observed, kept, environment);
}

type Kept = HostState["releases"];

function previousOf({ current }: HostState, kept: Kept, environment: string): string {
  const position = kept.findIndex(({ id }) => id === current);
  const earlier = kept[position + 1];
  if (position >= 0 && earlier) return earlier.id;
  throw new CozyError("nothing-to-roll-back-to", {
    message: current
      ? `${current} is the oldest release that ${environment} keeps.`
      : `Nothing serves in ${environment} yet.`,
    state: current ? `${environment} goes on serving ${current}.` : undefined,
    next: current ? `cozy releases ${environment}` : `cozy deploy ${environment}`,
  });
}

function askedFor(kept: Kept, environment: string, asked: string, current: string | undefined): string {
  const exact = kept.find(({ id }) => id === asked);
  const matches = exact
    ? [exact]
    : kept.filter(({ id, commit }) => id.includes(asked) || commit.startsWith(asked));
  const [only, another] = matches;
  if (only && !another) return only.id;
  throw new CozyError("unknown-release", {
    message: another
      ? `"${asked}" could be any of ${matches.map(({ id }) => id).join(", ")}.`
      : `${environment} keeps no release "${asked}"${nearestHint(kept, asked)}.`,
    state: current ? `${environment} goes on serving ${current}.` : undefined,
    next: `cozy releases ${environment}`,
  });
}

function nearestHint(kept: Kept, asked: string): string {
  const names = nearest(
    asked,
    kept.map(({ id }) => id),
  );
  return names.length > 0 ? `; near it: ${names.join(", ")}` : "";
}
