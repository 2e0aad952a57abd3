import type { Operation } from "../../engine/operation.ts";
import { switchRoutes, type SwitchRoutesInput } from "../../release/operations/switch-routes.ts";
import type { ReleaseWorld } from "../../release/world.ts";
import { durationText } from "../../shared/duration.ts";
import type { RestoreInput } from "./restore-aside.ts";

export interface OpenSiteInput extends RestoreInput, Pick<SwitchRoutesInput, "to" | "back"> {}

/** Lets the traffic in again, and says for how long it was turned away. */
export const openSite: Operation<OpenSiteInput, ReleaseWorld> = {
  kind: "open-site",
  async run(input, context) {
    const restorer = await context.world.restorer();
    await restorer.note(input, { openingAt: context.now() });
    await switchRoutes.run(input, context);
    const { closedAt, openedAt } = await restorer.note(input, { openedAt: context.now() });
    if (closedAt === undefined || openedAt === undefined) return undefined;
    return `the site answered 503 for ${durationText(openedAt - closedAt)}`;
  },
  verify: (input, context) => switchRoutes.verify(input, context),
  async undo(input, context) {
    await switchRoutes.undo?.(input, context);
  },
  deadlineMs: () => 10_000,
};
