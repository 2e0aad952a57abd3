import type { Engine } from "../engine/engine.ts";
import type { Hold } from "../engine/hold-lease.ts";
import type { Reporter } from "../events/event.ts";
import { releaseOperationKinds } from "../release/operations/index.ts";
import type { ReleaseWorld } from "../release/world.ts";
import { addressOf } from "./address.ts";
import type { CommandContext } from "./command-context.ts";
import { faultPoints } from "./fault-points.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import type { OpenFleet } from "./open-hosts.ts";
import { servedNow } from "./served-now.ts";

export interface EngineParts {
  readonly hold: Hold;
  readonly world: ReleaseWorld;
  readonly reporter: Reporter;
  readonly fleet: OpenFleet;
}

export function engineFor(
  context: CommandContext,
  { environment }: OpenEnvironment,
  { hold, world, reporter, fleet }: EngineParts,
): Engine<ReleaseWorld> {
  const faults = faultPoints(context.env["COZY_FAULT"]);
  return {
    kinds: releaseOperationKinds,
    worldFor: (operation) => faults.worldFor(operation.id, world),
    hold,
    journals: fleet.journals,
    lanes: fleet.lanes,
    parallelHosts: fleet.parallelHosts,
    interrupt: { gently: context.signal, atOnce: context.urgentSignal },
    emit: reporter.report,
    now: context.now,
    served: (signal) => servedNow(fleet, addressOf(environment), signal),
    onPoint: faults.onPoint,
  };
}
