import { CozyError } from "../errors/cozy-error.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";

/** The list of servers begins with one that is not the keeper: going on there would forget what the other one keeps. */
export function keptElsewhere(environment: string): CozyError {
  return new CozyError("kept-elsewhere", {
    message: `The first server of ${environment} is not the one that keeps its lease and its history: servers have seen a newer token than it has given.`,
    state: "Nothing was changed.",
    next: whereKeptElsewhere(environment),
  });
}

export function whereKeptElsewhere(environment: string): string {
  return `Where the first server is to keep them from now on: cozy move-keeper ${environment}. Where it is not, this cozy.config.ts is out of date: git pull, or put the one that keeps them first.`;
}

/** The same keeper, told what the hosts have seen: where that is more than it has ever given, it gives nothing. */
export function knowing(keeper: LeaseKeeper, seen: number): LeaseKeeper {
  return { ...keeper, acquire: (request, signal) => keeper.acquire({ ...request, seen }, signal) };
}
