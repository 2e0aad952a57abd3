import type { Hold } from "../engine/hold-lease.ts";
import { keeperOf } from "../release/fleet.ts";
import { nothingInForce } from "../release/joining-hosts.ts";
import { planMoveKeeper } from "../release/plan-move-keeper.ts";
import { bringKept } from "./bring-kept.ts";
import { carryOut, type Prepared, type Undertaking } from "./carry-out.ts";
import type { CommandContext } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { refuseThisMachine } from "./join.ts";
import { observedFleet, whoeverElseIsAway } from "./observe-fleet.ts";
import { openEnvironment, type OpenEnvironment } from "./open-environment.ts";
import { keeperHost, type OpenFleet } from "./open-hosts.ts";
import { openEachServer } from "./open-servers.ts";
import { reasonOption } from "./reason-option.ts";
import { releaseWorld } from "./release-world.ts";
import { leaseRequest } from "./with-lease.ts";

export const command = defineCommand({
  name: "move-keeper",
  description:
    "Has the first server of the project file keep what an environment has once: the lease, the history with a plan that was cut off, what was measured, the values that were drawn. It is brought from the server that kept it until now, which has to be in the list still; from then on nobody can change anything by way of that one. What runs once over the environment follows.",
  arguments: [environmentArgument],
  options: {
    withoutPast: {
      kind: "flag",
      help: "the server that kept it is gone for good: begin with what the first one has",
    },
    reason: reasonOption,
  },
  examples: ["cozy move-keeper production", "cozy move-keeper production --without-past"],
  async run(context, { args, options }) {
    const opened = await openEnvironment(context, args.environment);
    refuseThisMachine(opened, "keep");
    const { name } = opened.environment;
    const tell = (text: string) => void (context.json || context.stdout.write(`${text}\n`));
    const open = await openEachServer(context, opened);
    await bringKept(open, {
      environment: name,
      withoutPast: options.withoutPast,
      lease: await leaseRequest(context, { command: "move-keeper" }),
      signal: context.signal,
      tell,
    });
    if ((await open.servers[0]?.past.unfinished()) !== undefined) {
      tell(`A plan was cut off. Go on with it: cozy resume ${name}. Take it back: cozy abort ${name}`);
      return 0;
    }
    const prepare: Undertaking["prepare"] = (fleet, hold) => prepared(context, opened, fleet, hold);
    return carryOut(context, opened, { command: "move-keeper", reason: options.reason, prepare });
  },
});

async function prepared(
  context: CommandContext,
  opened: OpenEnvironment,
  open: OpenFleet,
  hold: Hold,
): Promise<Prepared> {
  const { project, environment } = opened;
  // A host that is away runs nothing of what runs once, or will be told when it joins.
  const { fleet, warnings } = await observedFleet(
    context,
    opened,
    open,
    "move-keeper",
    hold,
    whoeverElseIsAway(open),
  );
  const { current } = keeperOf(fleet);
  if (current === undefined) throw nothingInForce(environment.name);
  const release = await keeperHost(open).readRelease(current, context.signal);
  const plan = planMoveKeeper({ project, environment, fleet, release });
  return { plan, world: releaseWorld(context, opened, open), commits: [], warnings };
}
