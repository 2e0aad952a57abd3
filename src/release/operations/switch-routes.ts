import type { Operation } from "../../engine/operation.ts";
import type { Share } from "../../routing/route-table.ts";
import type { ReleaseWorld } from "../world.ts";

export interface SwitchRoutesInput {
  readonly host: string;
  readonly to: readonly Share[];
  /** What the table held before, to go back to; empty before the first release. */
  readonly back: readonly Share[];
}

/** Moves the traffic: one rename, fenced, on the host. */
export const switchRoutes: Operation<SwitchRoutesInput, ReleaseWorld> = {
  kind: "switch-routes",
  async run(input, { world, token, signal }) {
    await world.host(input.host).switchRoutes(token, input.to, signal);
  },
  async verify(input, { world, signal }) {
    const { routes } = await world.host(input.host).observe(signal);
    const wanted = input.to.flatMap((share) => share.sockets);
    const served = Object.keys(routes);
    return served.length === wanted.length && wanted.every((socket) => socket in routes);
  },
  async undo(input, { world, token, signal }) {
    await world.host(input.host).switchRoutes(token, input.back, signal);
  },
  deadlineMs: () => 10_000,
};
