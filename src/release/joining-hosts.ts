import { CozyError } from "../errors/cozy-error.ts";
import type { HostState } from "../hosts/host.ts";
import { releaseOf } from "../routing/route-table.ts";
import { listed } from "../shared/words.ts";
import { keeperOf, type Fleet } from "./fleet.ts";

export interface JoinRequest {
  readonly environment: string;
  /** Every host that can be reached, the keeper first. */
  readonly fleet: Fleet;
  /** The names of all hosts, reached or not. */
  readonly names: readonly string[];
  /** Hosts that are to join; whoever does not serve the release in force where there is none. */
  readonly asked: readonly string[];
}

/**
 * The hosts that are to be brought to the release in force: those asked for, else those that do not serve it: new ones, ones that were
 * away when it came, ones out of rotation. The keeper says which release that is, so it never joins. Pure.
 */
export function joiningHosts({ environment, fleet, names, asked }: JoinRequest): Fleet {
  const [keeper, ...others] = fleet;
  if (keeper?.current === undefined) throw nothingInForce(environment);
  const unknown = asked.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw unknownHosts(environment, unknown, names);
  if (asked.includes(keeper.host)) throw keeperJoins(environment, keeper);
  const away = asked.filter((name) => !fleet.some(({ host }) => host === name));
  if (away.length > 0) throw unreachable(environment, away);
  return asked.length > 0
    ? others.filter(({ host }) => asked.includes(host))
    : others.filter((host) => !servesAlone(host, keeperOf(fleet).current ?? ""));
}

/** Whether a host serves just this release, and the balancer sends it traffic. */
function servesAlone({ current, routes, inRotation, supervised }: HostState, release: string): boolean {
  const sockets = Object.keys(routes);
  return (
    current === release &&
    supervised &&
    inRotation !== false &&
    sockets.length > 0 &&
    sockets.every((socket) => releaseOf(socket) === release)
  );
}

export function nothingInForce(environment: string): CozyError {
  return new CozyError("unknown-release", {
    message: `${environment} has no release in force yet.`,
    state: "Nothing was changed.",
    next: `cozy deploy ${environment}, which gives it to all hosts`,
  });
}

export function unknownHosts(
  environment: string,
  unknown: readonly string[],
  names: readonly string[],
): CozyError {
  return new CozyError("wrong-usage", {
    message: `${environment} has no host ${listed(unknown)}.`,
    details: [`Its hosts: ${names.join(", ")}`],
    state: "Nothing was changed.",
    next: "Name one of its hosts, or put it into the servers of cozy.config.ts first.",
  });
}

function keeperJoins(environment: string, { host, current }: HostState): CozyError {
  return new CozyError("wrong-usage", {
    message: `${host} keeps ${environment} and says what is in force there, ${current}; the others join it.`,
    state: "Nothing was changed.",
    next: `cozy status ${environment}`,
  });
}

function unreachable(environment: string, away: readonly string[]): CozyError {
  return new CozyError("hosts-unreachable", {
    message: `${listed(away)} can't be reached.`,
    state: "Nothing was changed.",
    next: `When ${away.length === 1 ? "it is" : "they are"} back: cozy join ${environment} ${away.join(" ")}`,
  });
}
