import type { Operation } from "../../engine/operation.ts";
import type { HostWorld } from "../world.ts";
import { stopInstances, type StopInstancesInput } from "./stop-instances.ts";

/**
 * Ends what must never run twice before the new release's own is started; taken back, it runs again. Between the two nobody does its
 * work, which is what a singleton asks for.
 */
export const stopSingletons: Operation<StopInstancesInput, HostWorld> = {
  ...stopInstances,
  kind: "stop-singletons",
  async undo({ host, release, types }, { world, signal }) {
    await world.host(host).startInstances({ release, types }, signal);
  },
  undoDeadlineMs: () => 60_000,
};
