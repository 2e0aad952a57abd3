import { CozyError } from "../errors/cozy-error.ts";
import { listed } from "../shared/words.ts";
import type { Fleet } from "./fleet.ts";
import { unknownHosts } from "./joining-hosts.ts";

export interface LeaveRequest {
  readonly environment: string;
  /** The names of all hosts of the project file, the keeper first. */
  readonly names: readonly string[];
  readonly asked: readonly string[];
  /** Whether they are not there any more, so that they may have left the project file too. */
  readonly gone: boolean;
}

/** What can't be right, whoever can be reached. Pure. */
export function refuseLeaving({ environment, names, asked, gone }: LeaveRequest): void {
  const [keeper = ""] = names;
  if (asked.length === 0) {
    throw new CozyError("wrong-usage", {
      message: "Say which server is to leave.",
      details: [`The servers of ${environment}: ${names.join(", ")}`],
      state: "Nothing was changed.",
      next: `cozy leave ${environment} <host>`,
    });
  }
  const unknown = asked.filter((name) => !names.includes(name));
  if (unknown.length > 0 && !gone) throw unknownHosts(environment, unknown, names);
  if (asked.includes(keeper))
    throw names.length === 1 ? onlyOne(environment, keeper) : keeperLeaves(environment, keeper);
}

/** Those that leave, as they were seen, and those that stay, the keeper first. Pure. */
export function leavingHosts({
  environment,
  fleet,
  asked,
}: Pick<LeaveRequest, "environment" | "asked"> & { readonly fleet: Fleet }): {
  readonly leaving: Fleet;
  readonly staying: Fleet;
} {
  const away = asked.filter((name) => !fleet.some(({ host }) => host === name));
  if (away.length > 0) {
    throw new CozyError("hosts-unreachable", {
      message: `${listed(away)} can't be reached, so nothing can be ended there.`,
      state: "Nothing was changed.",
      next: `When ${away.length === 1 ? "it is" : "they are"} back, the same command. Gone for good: cozy leave ${environment} ${away.join(" ")} --gone`,
    });
  }
  return {
    leaving: fleet.filter(({ host }) => asked.includes(host)),
    staying: fleet.filter(({ host }) => !asked.includes(host)),
  };
}

function onlyOne(environment: string, keeper: string): CozyError {
  return new CozyError("wrong-usage", {
    message: `${keeper} is the only server of ${environment}.`,
    state: "Nothing was changed.",
    next: `To end what runs: cozy stop ${environment}. To take ${environment} away from it: cozy setup ${environment} --remove`,
  });
}

/** Of a fleet the one that keeps it stays until another does. */
export function keeperLeaves(environment: string, keeper: string): CozyError {
  return new CozyError("wrong-usage", {
    message: `${keeper} keeps the history, the lease and all else that ${environment} has once, so it can't leave before another server keeps them.`,
    state: "Nothing was changed.",
    next: `Put another server first in cozy.config.ts, with ${keeper} behind it; then: cozy move-keeper ${environment}`,
  });
}
