import type { HostState } from "../hosts/host.ts";

/** A release that a host keeps, unless it is damaged there. Pure. */
export function wholeRelease(
  { releases }: Pick<HostState, "releases">,
  wanted: string | undefined,
): HostState["releases"][number] | undefined {
  return releases.find(({ id, damaged }) => id === wanted && damaged === undefined);
}
