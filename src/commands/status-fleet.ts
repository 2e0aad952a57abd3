import type { HostState } from "../hosts/host.ts";
import { releaseOf } from "../routing/route-table.ts";
import { listed } from "../shared/words.ts";
import type { UnreachableHost } from "../release/unreachable-hosts.ts";
import { shortRefusal } from "./refused-host.ts";

/** What one host of a fleet serves, and whether that is what it should. */
export interface HostStanding {
  readonly host: string;
  /** The releases that its route table leads to; `undefined` where that is not known. */
  readonly serves: readonly string[] | undefined;
  /** Whether it could be asked, whatever it answered. */
  readonly reached: boolean;
  /** What is not as on the others, in half a sentence each. */
  readonly faults: readonly string[];
}

/**
 * How the hosts of a fleet stand to each other: what most of them serve is what all should. A host that was left out of a deploy, is out
 * of rotation, stopped or away shows here. Pure.
 */
export function fleetStanding(
  names: readonly string[],
  fleet: readonly HostState[],
  unreachable: readonly UnreachableHost[],
): HostStanding[] {
  const usual = mostServed(fleet);
  return names.map((host) => {
    const state = fleet.find((one) => one.host === host);
    const away = unreachable.find((one) => one.host === host);
    if (state === undefined) {
      return {
        host,
        serves: undefined,
        reached: away?.trouble !== undefined,
        faults: [awayText(away)],
      };
    }
    return { host, serves: servedBy(state), reached: true, faults: faultsOf(state, usual) };
  });
}

function awayText(away: UnreachableHost | undefined): string {
  if (away?.refusal !== undefined) return shortRefusal(away.refusal);
  if (away?.trouble === undefined) return `can't be reached${away === undefined ? "" : `: ${away.why}`}`;
  const { next } = away.trouble;
  return `answers, but: ${away.why}${next === undefined ? "" : ` (${next})`}`;
}

/** A line for each host, and what to do where one is not as the others. */
export function fleetLines(hosts: readonly HostStanding[], environment: string): string[] {
  const width = Math.max(...hosts.map(({ host }) => host.length));
  const odd = hosts.filter(({ faults }) => faults.length > 0);
  return [
    ...hosts.map(({ host, serves, faults }) =>
      [`${faults.length > 0 ? "!" : " "} ${host.padEnd(width)}`, servesText(serves), faults.join("; ")]
        .filter((part) => part !== "")
        .join("  "),
    ),
    ...(odd.length === 0 ? [] : ["", oddText(hosts, odd, environment)]),
  ];
}

/** The keeper says what is in force, so where it is the odd one only a deploy makes all the same. */
function oddText(hosts: readonly HostStanding[], odd: readonly HostStanding[], environment: string): string {
  const names = odd.map(({ host }) => host);
  const [are, them] = odd.length === 1 ? ["is", "it"] : ["are", "them"];
  const [keeper] = hosts;
  const canJoin = keeper !== undefined && !odd.includes(keeper) && keeper.serves?.length !== 0;
  return `${listed(names)} ${are} not as the others. To bring ${them} along${whenText(odd)}: cozy ${canJoin ? "join" : "deploy"} ${environment}`;
}

function whenText(odd: readonly HostStanding[]): string {
  if (odd.some(({ reached }) => !reached)) return ", when all can be reached";
  return odd.every(({ serves }) => serves !== undefined) ? "" : ", when all can tell what they serve";
}

function faultsOf(state: HostState, usual: string): string[] {
  const serves = servedBy(state).join(" and ");
  return [
    ...(serves === usual ? [] : [usual === "" ? "the others serve nothing" : `the others serve ${usual}`]),
    ...(state.inRotation === false ? ["out of rotation"] : []),
    ...(state.supervised ? [] : ["its instances are not supervised"]),
    ...(state.problem === undefined ? [] : [state.problem]),
  ];
}

function servesText(serves: readonly string[] | undefined): string {
  if (serves === undefined) return "not known";
  return serves.length === 0 ? "serves nothing" : `serves ${serves.join(" and ")}`;
}

function servedBy({ routes }: HostState): string[] {
  return [...new Set(Object.keys(routes).map(releaseOf))].toSorted();
}

/** What most hosts serve; of two that as many serve, what the keeper does. */
function mostServed(fleet: readonly HostState[]): string {
  const served = Map.groupBy(
    fleet.map((state) => servedBy(state).join(" and ")),
    (release) => release,
  );
  return [...served].toSorted(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? "";
}
