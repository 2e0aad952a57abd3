import { CozyError, messageOf } from "../errors/cozy-error.ts";
import type { UnreachableHost } from "../release/unreachable-hosts.ts";

/**
 * A host that answered and that nobody logged in on, for commands that only tell what is there: the others are looked at all the same. Any
 * other error is thrown on.
 */
export function refusedHost(host: string, error: unknown): UnreachableHost {
  if (!isRefusal(error)) throw error;
  return { host, why: whyNotAsked(error), refusal: error };
}

/** Why a host could not be asked; with the next command, where its key or the deployer's is not the right one. */
export function whyNotAsked(error: unknown): string {
  if (!isRefusal(error)) return messageOf(error);
  if (error.code === "host-key-unknown") return shortRefusal(error);
  return [error.message, error.next].filter((part) => part !== undefined).join(" ");
}

/** The same in a few words, for a line of a table. */
export function shortRefusal(refusal: CozyError): string {
  if (refusal.code === "host-key-unknown") return `not trusted: ${refusal.next}`;
  return isChanged(refusal) ? "NOT CONNECTED: IT SHOWS ANOTHER KEY THAN THE TRUSTED ONE" : "lets nobody in";
}

/** What does not fit into a line: whose key changed, and who is not let in. */
export function refusalWarnings(hosts: readonly UnreachableHost[]): readonly string[] {
  return hosts.flatMap(({ why, refusal }) =>
    refusal === undefined || refusal.code === "host-key-unknown" ? [] : [why],
  );
}

/** Somebody may be in between. */
export function isChanged({ code }: CozyError): boolean {
  return code === "host-key-changed";
}

export function isRefusal(error: unknown): error is CozyError {
  return error instanceof CozyError && refusals.has(error.code);
}

const refusals: ReadonlySet<string> = new Set(["host-key-unknown", "host-key-changed", "login-refused"]);
