import type { Operation } from "../../engine/operation.ts";
import type { ReleaseWorld } from "../../release/world.ts";
import type { Share } from "../../routing/route-table.ts";
import type { RestoreInput } from "./restore-aside.ts";

export interface CloseSiteInput extends RestoreInput {
  /** What the table holds, to go back to. */
  readonly back: readonly Share[];
}

/**
 * Takes the traffic away, so that nobody writes to a database that is about to be replaced, or to a restored one that may still be taken
 * back. Visitors get 503 and are told to come again.
 */
export const closeSite: Operation<CloseSiteInput, ReleaseWorld> = {
  kind: "close-site",
  async run(input, { world, token, signal, now }) {
    await (await world.restorer()).note(input, { closedAt: now() });
    await world.host(input.host).switchRoutes(token, [], signal);
  },
  async verify(input, { world, signal }) {
    const { routes } = await world.host(input.host).observe(signal);
    return Object.keys(routes).length === 0 || (await world.restorer()).isInPlace(input);
  },
  async undo({ host, back }, { world, token, signal }) {
    await world.host(host).switchRoutes(token, back, signal);
  },
  deadlineMs: () => 10_000,
};
