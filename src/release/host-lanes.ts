import type { LaneRunner } from "../engine/lane.ts";
import { runLane } from "../engine/run-lane.ts";
import { CozyError } from "../errors/cozy-error.ts";
import type { Host } from "../hosts/host.ts";
import { hostOperationKinds } from "./operations/index.ts";

/** Carries operations out on the host that this runs on. A deployer whose lease was taken over is refused by the host's own fence. */
export function hostLanes(host: Host, now: () => number): LaneRunner {
  const parts = { kinds: hostOperationKinds, world: { host: () => host }, now };
  return {
    async run(order, tell, signal) {
      if ((await host.raiseFence(order.token, signal)) > order.token) throw fencedOff(host.name);
      return runLane(parts, order, tell, signal);
    },
  };
}

function fencedOff(host: string): CozyError {
  return new CozyError("lease-lost", {
    message: `${host} refused: a newer deployer has been there, so the lease is not this command's any more.`,
  });
}
