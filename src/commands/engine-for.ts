import { releaseOf } from "../routing/route-table.ts";
import type { Engine } from "../engine/engine.ts";
import type { Hold } from "../engine/hold-lease.ts";
import type { Reporter, Served } from "../events/event.ts";
import { releaseOperationKinds } from "../release/operations/index.ts";
import type { ReleaseWorld } from "../release/world.ts";
import { addressOf } from "./address.ts";
import type { CommandContext } from "./command-context.ts";
import { faultPoints } from "./fault-points.ts";
import type { OpenEnvironment } from "./open-environment.ts";

export interface EngineParts {
  readonly hold: Hold;
  readonly world: ReleaseWorld;
  readonly reporter: Reporter;
}

export function engineFor(
  context: CommandContext,
  { journals, environment }: OpenEnvironment,
  { hold, world, reporter }: EngineParts,
): Engine<ReleaseWorld> {
  const faults = faultPoints(context.env["COZY_FAULT"]);
  return {
    kinds: releaseOperationKinds,
    worldFor: (operation) => faults.worldFor(operation.id, world),
    hold,
    journals,
    interrupt: { gently: context.signal, atOnce: context.urgentSignal },
    emit: reporter.report,
    now: context.now,
    served: async (signal) => [await servedBy(world, addressOf(environment.target), signal)],
    onPoint: faults.onPoint,
  };
}

/** What the host's route table leads to; several releases are named together. */
async function servedBy(world: ReleaseWorld, address: string, signal: AbortSignal): Promise<Served> {
  const observed = await world.host("this-machine").observe(signal);
  const releases = [...new Set(Object.keys(observed.routes).map(releaseOf))];
  if (releases.length === 0) return { host: observed.host, release: undefined };
  return { host: observed.host, release: releases.join(" and "), address };
}
