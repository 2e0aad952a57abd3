import { CozyError } from "../errors/cozy-error.ts";
import type { OpenFleet } from "./open-hosts.ts";

/** For what is done on all hosts or on none. */
export function refuseMissingHosts(
  { unreachable }: Pick<OpenFleet, "unreachable">,
  { state, next }: { readonly state: string; readonly next?: string },
): void {
  const [missing] = unreachable;
  if (missing === undefined) return;
  throw new CozyError("hosts-unreachable", {
    message: `${missing.host} can't be reached: ${missing.why}`,
    details: unreachable.slice(1).map(({ host, why }) => `${host} neither: ${why}`),
    state,
    ...(next === undefined ? {} : { next }),
  });
}
