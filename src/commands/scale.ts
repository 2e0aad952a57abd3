import { CozyError } from "../errors/cozy-error.ts";
import type { ReleaseRecord } from "../hosts/host.ts";
import type { Hold } from "../engine/hold-lease.ts";
import { keeperOf } from "../release/fleet.ts";
import { scaleStarts } from "../release/host-starts.ts";
import { planScale } from "../release/plan-scale.ts";
import { scaleFrom } from "../release/scale-request.ts";
import { carryOut, type Prepared, type Undertaking } from "./carry-out.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { lookAtCapacity } from "./look-at-capacity.ts";
import { openEnvironment, type OpenEnvironment } from "./open-environment.ts";
import { observedFleet } from "./observe-fleet.ts";
import { keeperHost, openHostsToTell, type OpenFleet } from "./open-hosts.ts";
import { reasonOption } from "./reason-option.ts";
import { releaseWorld } from "./release-world.ts";
import { checkReleaseVariables } from "./resolve-values.ts";
import { scaleRows, scaleTable } from "./scale-text.ts";

export const command = defineCommand({
  name: "scale",
  description:
    "Runs as many instances of a process type as you say, whatever release is in force, until it is told `config`: then the project file's count is the one again. Without counts it shows how many run. Memory and the database's connections are looked at before anything starts. No request is lost, up or down; singletons stay one.",
  arguments: [
    environmentArgument,
    {
      name: "type=count",
      help: "a process type with a number of instances, or with `config` to go by the project file again",
      optional: true,
      repeats: true,
    },
  ],
  options: { reason: reasonOption },
  examples: ["cozy scale staging", "cozy scale staging web=3 worker=2", "cozy scale staging web=config"],
  async run(context, { args, options, words }) {
    // With one environment its name may be left out, and the first word is a count.
    const named = args.environment?.includes("=") === true ? undefined : args.environment;
    const counts =
      named === undefined && args.environment !== undefined ? [args.environment, ...words] : words;
    const opened = await openEnvironment(context, named);
    if (counts.length === 0) return show(context, opened);
    const prepare: Undertaking["prepare"] = (fleet, hold) => prepared(context, opened, fleet, hold, counts);
    return carryOut(context, opened, { command: "scale", reason: options.reason, prepare });
  },
});

async function show(context: CommandContext, opened: OpenEnvironment): Promise<number> {
  const host = keeperHost(await openHostsToTell(context, opened));
  const { current, scale } = await host.observe(context.signal);
  if (current === undefined) throw nothingThere(opened);
  const rows = scaleRows(await host.readRelease(current, context.signal), scale, opened.environment);
  printResult(context, rows, () => scaleTable(rows));
  return 0;
}

async function prepared(
  context: CommandContext,
  opened: OpenEnvironment,
  open: OpenFleet,
  hold: Hold,
  counts: readonly string[],
): Promise<Prepared> {
  const { project, environment } = opened;
  const { fleet, without, warnings } = await observedFleet(context, opened, open, "scale", hold);
  const observed = keeperOf(fleet);
  if (observed.current === undefined) throw nothingThere(opened);
  const release: ReleaseRecord = await keeperHost(open).readRelease(observed.current, context.signal);
  const scale = scaleFrom(counts, observed.scale, release, environment);
  const subject = counts.join(" ");
  const hosts = scaleStarts({ environment, fleet, release }, scale);
  const grows = hosts.some(({ starts }) => starts.length > 0);
  const variables = () => checkReleaseVariables(context, opened, open.kept.generated);
  const capacity = grows ? await lookAtCapacity(context, opened, { what: subject, hosts, variables }) : [];
  return {
    plan: planScale({ project, environment, fleet, without, release, scale, subject }),
    world: releaseWorld(context, opened, open),
    commits: [],
    warnings: observed.supervised
      ? [...warnings, ...capacity]
      : [...warnings, `${environment.name} is stopped: the counts are kept for its next start.`],
  };
}

function nothingThere({ environment: { name } }: OpenEnvironment): CozyError {
  return new CozyError("unknown-release", {
    message: `${name} has no release yet, so there is nothing to scale.`,
    next: `cozy deploy ${name}`,
  });
}
