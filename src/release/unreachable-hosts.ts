import { CozyError } from "../errors/cozy-error.ts";
import type { UnreachablePolicy } from "../project/servers.ts";
import { counted, listed } from "../shared/words.ts";

/** A host that can't be reached or can't tell what it has, and what kept cozy from it. */
export interface UnreachableHost {
  readonly host: string;
  readonly why: string;
  /** It answered, and nobody logged in: its key or the deployer's is not the right one. Only what changes nothing goes on then. */
  readonly refusal?: CozyError | undefined;
  /** It can be reached, and failed at what it was asked; what can be done there, where that is known. Only what changes nothing goes on. */
  readonly trouble?: { readonly next: string | undefined } | undefined;
}

export interface Reach {
  readonly environment: string;
  /** `deploy`, `rollback`: to be run again. */
  readonly command: string;
  readonly policy: UnreachablePolicy;
  /** The names of all hosts, the keeper first. */
  readonly hosts: readonly string[];
  readonly unreachable: readonly UnreachableHost[];
}

/**
 * What becomes of hosts that can't be reached before anything was changed: refused, or left out where the environment declares that so
 * many may be. Never the keeper, which has the lease and the journal. Pure.
 */
export function leftOut(reach: Reach): {
  readonly without: readonly string[];
  readonly warnings: readonly string[];
} {
  const { environment, policy, hosts, unreachable } = reach;
  if (unreachable.length === 0) return { without: [], warnings: [] };
  if (unreachable.some(({ host }) => host === hosts[0])) throw keeperUnreachable(reach);
  if (policy.kind === "abort" || unreachable.length > policy.atMost) throw refused(reach);
  return {
    without: unreachable.map(({ host }) => host),
    warnings: unreachable.map(
      ({ host, why }) =>
        `${host} is left out, because it can't be reached (${why}). When it is back: cozy join ${environment} ${host}`,
    ),
  };
}

function refused({ environment, command, policy, hosts, unreachable }: Reach): CozyError {
  const names = listed(unreachable.map(({ host }) => host));
  const allowed =
    policy.kind === "abort" ? "" : `, and the environment goes on without at most ${policy.atMost}`;
  return new CozyError("hosts-unreachable", {
    message: `${names} of the ${counted(hosts.length, "host")} of ${environment} can't be reached${allowed}.`,
    details: unreachable.map(({ host, why }) => `${host}: ${why}`),
    state: "Nothing was changed.",
    next: `Bring ${names} back, then: cozy ${command} ${environment}. To go on without: \`unreachable: { goOnWithout: ${unreachable.length} }\` in cozy.config.ts.`,
  });
}

function keeperUnreachable({ environment, command, hosts, unreachable }: Reach): CozyError {
  const [keeper = ""] = hosts;
  return new CozyError("hosts-unreachable", {
    message: `${keeper} can't be reached. It keeps the lease and the journal of ${environment}, so nobody can change ${environment} without it.`,
    details: unreachable.map(({ host, why }) => `${host}: ${why}`),
    state: "Nothing was changed; the other hosts go on serving.",
    next: `Bring ${keeper} back, then: cozy ${command} ${environment}. If it is gone for good, take it out of the servers in cozy.config.ts; then: cozy move-keeper ${environment} --without-past`,
  });
}
