import type { Operation } from "../../engine/operation.ts";
import { releaseOf, type Share } from "../../routing/route-table.ts";
import type { HostWorld } from "../world.ts";

export interface SwitchRoutesInput {
  readonly host: string;
  readonly to: readonly Share[];
  /** What the table held before, to go back to; empty before the first release. */
  readonly back: readonly Share[];
  /** The release whose share grows step by step: one that has more by now has what this step was to give. */
  readonly gains?: string;
}

/** Moves the traffic: one rename, fenced, on the host. */
export const switchRoutes: Operation<SwitchRoutesInput, HostWorld> = {
  kind: "switch-routes",
  async run(input, { world, token, signal }) {
    await world.host(input.host).switchRoutes(token, input.to, signal);
  },
  async verify(input, { world, signal }) {
    const { routes } = await world.host(input.host).observe(signal);
    const wanted = input.to.flatMap((share) => share.sockets);
    if (input.gains !== undefined) return shareOf(routes, input.gains) >= wantedOf(input, input.gains);
    const served = Object.keys(routes);
    return served.length === wanted.length && wanted.every((socket) => socket in routes);
  },
  async undo(input, { world, token, signal }) {
    await world.host(input.host).switchRoutes(token, input.back, signal);
  },
  deadlineMs: () => 10_000,
};

function shareOf(routes: Readonly<Record<string, number>>, release: string): number {
  return Object.entries(routes).reduce(
    (sum, [socket, buckets]) => (releaseOf(socket) === release ? sum + buckets : sum),
    0,
  );
}

function wantedOf({ to }: SwitchRoutesInput, release: string): number {
  const share = to.find(({ sockets }) => sockets.some((socket) => releaseOf(socket) === release));
  return share?.hundredths ?? 0;
}
