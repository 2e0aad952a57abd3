import { counted, listed } from "../shared/words.ts";
import type { PromiseFacts } from "./promise.ts";

/** On how many hosts was counted: ` on 3 hosts`; nothing where there is one. */
export function fleetText({ fleet }: Pick<PromiseFacts, "fleet">): string {
  return fleet === undefined ? "" : ` on ${counted(fleet.counted.length, "host")}`;
}

/** Whose log it is that reaches back least: ` of web-2`; nothing where there is one host. */
export function ofHost({ fleet }: Pick<PromiseFacts, "fleet">, word: "of" | "on"): string {
  return fleet === undefined ? "" : ` ${word} ${fleet.lastLog}`;
}

/** Which hosts were not counted, and why; `undefined` where all were. */
export function uncountedText({ fleet }: Pick<PromiseFacts, "fleet">): string | undefined {
  if (fleet === undefined || fleet.uncounted.length === 0) return undefined;
  const hosts = fleet.uncounted.map(({ host }) => host);
  const whys = new Set(fleet.uncounted.map(({ why }) => why.replace(/\.$/, "")));
  const were = hosts.length === 1 ? "was" : "were";
  return `${listed(hosts)} ${were} not counted: ${[...whys].join("; ")}`;
}
