import { CozyError, messageOf } from "../errors/cozy-error.ts";
import { isOfLostHost } from "../hosts/agent/lost-host.ts";
import type { UnreachableHost } from "../release/unreachable-hosts.ts";
import { isRefusal, refusedHost } from "./refused-host.ts";

/** A host that did not tell what it has, by the error that came instead: out of reach, refused, or in trouble of its own. */
export function silentHost(host: string, error: unknown): UnreachableHost {
  if (isRefusal(error)) return refusedHost(host, error);
  const why = messageOf(error);
  if (isOfLostHost(error)) return { host, why };
  return { host, why, trouble: { next: error instanceof CozyError ? error.next : undefined } };
}
