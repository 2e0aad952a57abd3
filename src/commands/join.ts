import { artifactIsHere } from "../artifacts/artifact-store.ts";
import type { Hold } from "../engine/hold-lease.ts";
import { CozyError } from "../errors/cozy-error.ts";
import type { HostState, ReleaseRecord } from "../hosts/host.ts";
import { keeperOf, type Fleet } from "../release/fleet.ts";
import { joinStarts } from "../release/host-starts.ts";
import { joiningHosts } from "../release/joining-hosts.ts";
import { refuseOtherPlatforms, type HostPlatform } from "../release/refuse-platforms.ts";
import { planJoin } from "../release/plan-join.ts";
import { wholeRelease } from "../release/whole-release.ts";
import { listed } from "../shared/words.ts";
import { carryOut, type NothingToDo, type Prepared, type Undertaking } from "./carry-out.ts";
import type { CommandContext } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { lookAtCapacity } from "./look-at-capacity.ts";
import { observedFleet, platformsOf, whoeverElseIsAway } from "./observe-fleet.ts";
import { openEnvironment, type OpenEnvironment } from "./open-environment.ts";
import { keeperHost, type OpenFleet } from "./open-hosts.ts";
import { setUpWarningsOf } from "./prepare-deploy.ts";
import { reasonOption } from "./reason-option.ts";
import { releaseWorld } from "./release-world.ts";
import { checkReleaseVariables } from "./resolve-values.ts";

export const command = defineCommand({
  name: "join",
  description:
    "Brings servers to the release in force: new ones, which `cozy setup` has prepared, and ones that were away or out of rotation. Memory, disk and the database's connections are looked at first. Each gets the release, starts it, is proven through its own proxy, and only then takes traffic of a balancer. The others are not touched. Without names, every server that does not serve the release is brought along.",
  arguments: [
    environmentArgument,
    { name: "host", help: "a server of the environment", optional: true, repeats: true },
  ],
  options: { reason: reasonOption },
  examples: ["cozy join production", "cozy join production web-3"],
  async run(context, { args, options, words }) {
    const opened = await openEnvironment(context, args.environment);
    refuseThisMachine(opened, "join");
    const prepare: Undertaking["prepare"] = (fleet, hold) => prepared(context, opened, fleet, hold, words);
    return carryOut(context, opened, { command: "join", reason: options.reason, prepare });
  },
});

/** This machine is its environment's only host. */
export function refuseThisMachine({ environment: { name, target } }: OpenEnvironment, command: string): void {
  if (target.kind === "servers") return;
  throw new CozyError("wrong-usage", {
    message: `${name} runs on this machine alone: no server can ${command} it.`,
    state: "Nothing was changed.",
    next: `cozy status ${name}`,
  });
}

async function prepared(
  context: CommandContext,
  opened: OpenEnvironment,
  open: OpenFleet,
  hold: Hold,
  asked: readonly string[],
): Promise<Prepared | NothingToDo> {
  const { project, environment } = opened;
  const { names } = open;
  const [{ fleet }, platforms, variables] = await Promise.all([
    observedFleet(context, opened, open, "join", hold, whoeverElseIsAway(open)),
    platformsOf(open, context.signal),
    checkReleaseVariables(context, opened, open.kept.generated),
  ]);
  const joining = joiningHosts({ environment: environment.name, fleet, names, asked });
  const { current = "" } = keeperOf(fleet);
  if (joining.length === 0)
    return { nothing: `All servers of ${environment.name} serve ${current} already.` };
  const [release, before] = await Promise.all([
    keeperHost(open).readRelease(current, context.signal),
    releasesBefore(context, open, fleet),
  ]);
  refuseOthersThan(keeperOf(fleet), joining, platforms);
  const lacking = await lackingOf(opened, [release, ...before]);
  const others = fleet.filter(({ host }) => !joining.some((one) => one.host === host));
  const plan = planJoin({ project, environment, fleet: others, joining, release, before, lacking });
  const capacity = await lookAtCapacity(context, opened, {
    what: `release ${current} on ${listed(joining.map(({ host }) => host))}`,
    hosts: joinStarts({ environment, fleet, release }, joining),
    lays: { artifact: release.artifact, on: joining.filter((host) => !wholeRelease(host, current)) },
    variables: async () => variables,
  });
  return {
    plan,
    world: releaseWorld(context, opened, open),
    commits: [{ id: release.commit, subject: release.commitSubject }],
    warnings: [...capacity, ...(await setUpWarningsOf(opened, joining))],
  };
}

/** What serves on the keeper runs on hosts like it. */
function refuseOthersThan(keeper: HostState, joining: Fleet, all: readonly HostPlatform[]): void {
  const names = new Set([keeper, ...joining].map(({ host }) => host));
  const platforms = all.filter(({ host }) => names.has(host));
  const built = platforms.find(({ host }) => host === keeper.host)?.platform;
  if (built !== undefined) refuseOtherPlatforms({ target: {}, built, platforms });
}

/** The one that a rollback would go to. */
async function releasesBefore(
  { signal }: CommandContext,
  open: OpenFleet,
  fleet: Fleet,
): Promise<readonly ReleaseRecord[]> {
  const keeper = keeperOf(fleet);
  const before = (await open.past.servedBefore())[keeper.current ?? ""];
  const known = wholeRelease(keeper, before);
  return known === undefined ? [] : [await keeperHost(open).readRelease(known.id, signal)];
}

async function lackingOf(
  { machine }: OpenEnvironment,
  releases: readonly ReleaseRecord[],
): Promise<readonly string[]> {
  const looks = releases.map(async ({ artifact }) =>
    (await artifactIsHere(machine, artifact)) ? [] : [artifact],
  );
  return (await Promise.all(looks)).flat();
}
