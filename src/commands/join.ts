import { artifactIsHere } from "../artifacts/artifact-store.ts";
import { nameArtifact } from "../artifacts/local-builder.ts";
import type { Hold } from "../engine/hold-lease.ts";
import { CozyError } from "../errors/cozy-error.ts";
import type { ReleaseRecord } from "../hosts/host.ts";
import { keeperOf, type Fleet } from "../release/fleet.ts";
import { heldBuilder } from "../release/held-builder.ts";
import { joiningHosts } from "../release/joining-hosts.ts";
import { planJoin } from "../release/plan-join.ts";
import { builderOf } from "./builder-of.ts";
import { carryOut, type NothingToDo, type Prepared, type Undertaking } from "./carry-out.ts";
import type { CommandContext } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { observedFleet, whoeverElseIsAway } from "./observe-fleet.ts";
import { openEnvironment, type OpenEnvironment } from "./open-environment.ts";
import { keeperHost, type OpenFleet } from "./open-hosts.ts";
import { setUpWarningsOf } from "./prepare-deploy.ts";
import { reasonOption } from "./reason-option.ts";
import { releaseWorld } from "./release-world.ts";
import { checkReleaseVariables, resolveBuildSecrets } from "./resolve-values.ts";

export const command = defineCommand({
  name: "join",
  description:
    "Brings servers to the release in force: new ones, which `cozy setup` has prepared, and ones that were away or out of rotation. Each gets the release, starts it, is proven through its own proxy, and only then takes traffic of a balancer. The others are not touched. Without names, every server that does not serve the release is brought along.",
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
  const [{ fleet }] = await Promise.all([
    observedFleet(context, opened, open, "join", hold, whoeverElseIsAway(open)),
    checkReleaseVariables(context, opened, open.kept.generated),
  ]);
  const joining = joiningHosts({ environment: environment.name, fleet, names, asked });
  const { current = "" } = keeperOf(fleet);
  if (joining.length === 0)
    return { nothing: `All servers of ${environment.name} serve ${current} already.` };
  const [release, before] = await Promise.all([
    keeperHost(open).readRelease(current, context.signal),
    releasesBefore(context, opened, open, fleet),
  ]);
  const buildKey = await keyToBuild(context, opened, release, joining);
  const others = fleet.filter(({ host }) => !joining.some((one) => one.host === host));
  const plan = planJoin({ project, environment, fleet: others, joining, release, before, buildKey });
  const world = releaseWorld(context, opened, open);
  const laid = {
    release: release.id,
    artifact: release.artifact,
    on: keeperOf(fleet).host,
    everywhere: false,
  };
  return {
    plan,
    world: { ...world, builder: heldBuilder(world.builder, laid) },
    commits: [{ id: release.commit, subject: release.commitSubject }],
    warnings: await setUpWarningsOf(opened, joining),
  };
}

/** The one that a rollback would go to, as long as its artifact is on this machine: nothing is built for it. */
async function releasesBefore(
  { signal }: CommandContext,
  { machine }: OpenEnvironment,
  open: OpenFleet,
  fleet: Fleet,
): Promise<readonly ReleaseRecord[]> {
  const { current = "", releases } = keeperOf(fleet);
  const before = (await open.past.servedBefore())[current];
  const known = releases.find(({ id, damaged }) => id === before && damaged === undefined);
  if (known === undefined || !(await artifactIsHere(machine, known.artifact))) return [];
  return [await keeperHost(open).readRelease(known.id, signal)];
}

/** A host that has the release needs nothing; for the others the artifact is built anew where this machine has it no more. */
async function keyToBuild(
  context: CommandContext,
  opened: OpenEnvironment,
  { id, commit, artifact }: ReleaseRecord,
  joining: Fleet,
): Promise<string | undefined> {
  const { project, machine } = opened;
  const isThere = joining.every(({ releases }) =>
    releases.some((one) => one.id === id && one.damaged === undefined),
  );
  if (isThere || (await artifactIsHere(machine, artifact))) return undefined;
  const { env, now, signal } = context;
  const secrets = await resolveBuildSecrets(context, opened);
  const building = builderOf(context, opened);
  const named = await nameArtifact(
    { project, ref: commit, secrets },
    { machine, env, now, signal },
    async (request, workshop) => building.choose(request, workshop),
  );
  return named.key;
}
