import type { Journal } from "../engine/journal.ts";
import { raiseFences } from "../engine/raise-fences.ts";
import { abortPlan, resumePlan } from "../engine/run-plan.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { reported } from "./carry-out.ts";
import type { CommandContext } from "./command-context.ts";
import { engineFor } from "./engine-for.ts";
import type { Fleet } from "../release/fleet.ts";
import { lookBeforeResume } from "./look-before-resume.ts";
import { takeOutOfRotation } from "./leave-rotation.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { openHostsToChange, type OpenFleet } from "./open-hosts.ts";
import { givenHeld, heldBuilder, laidArtifact } from "../release/held-builder.ts";
import { artifactKeyIn } from "../release/operations/build-artifact.ts";
import type { Plan } from "../release/plan.ts";
import type { ReleaseWorld } from "../release/world.ts";
import { listed } from "../shared/words.ts";
import { releaseWorld } from "./release-world.ts";
import { ownWho, withLease } from "./with-lease.ts";

/** Goes on with the plan that was cut off, or takes it back; gives the exit code. */
export async function takeUp(
  context: CommandContext,
  opened: OpenEnvironment,
  by: "resume" | "abort",
  without: readonly string[] = [],
): Promise<number> {
  const fleet = await openHostsToChange(context, opened);
  return withLease(context, fleet.lease, { command: by }, async (hold) => {
    const [journal] = await Promise.all([
      unfinished(fleet, opened),
      raiseFences(hold, fleet.hosts, context.signal),
    ]);
    const { plan } = journal.header;
    refuseUnknownHosts(plan, without);
    const { world, warnings } =
      by === "resume"
        ? await toGoOn(context, opened, fleet, journal)
        : { world: releaseWorld(context, opened, fleet), warnings: [] };
    return reported(context, hold, async (reporter) => {
      for (const message of warnings) reporter.report({ type: "warning", at: context.now(), message });
      const engine = engineFor(context, opened, { hold, world, reporter, fleet });
      const who = await ownWho(context);
      const work =
        by === "resume" ? resumePlan(journal, who, engine) : abortPlan(journal, who, engine, without);
      const result = await work;
      await takeOutOfRotation(fleet, result, reporter, context.now);
      return result;
    });
  });
}

/** What going on needs and going back does not: all hosts, and room on them. */
async function toGoOn(
  context: CommandContext,
  opened: OpenEnvironment,
  open: OpenFleet,
  journal: Journal,
): Promise<{ readonly world: ReleaseWorld; readonly warnings: readonly string[] }> {
  const { plan } = journal.header;
  refuseWithoutHosts(plan, open);
  const fleet = await Promise.all(open.hosts.map((host) => host.observe(context.signal)));
  return {
    warnings: await lookBeforeResume(context, opened, open, { journal, fleet }),
    world: givingWhatOthersHave(releaseWorld(context, opened, open), plan, fleet),
  };
}

/** Whoever goes on gives the hosts that lack the release what the others have. */
function givingWhatOthersHave(world: ReleaseWorld, plan: Plan, fleet: Fleet): ReleaseWorld {
  if (artifactKeyIn(plan) === undefined) return world;
  const laid = laidArtifact(plan.release, hostsIn(plan), fleet);
  if (laid === undefined) return world;
  const { builder, hostArtifacts } = world;
  return {
    ...world,
    builder: heldBuilder(builder, laid, hostArtifacts),
    host: (name) => givenHeld(world.host(name), laid, hostArtifacts),
  };
}

async function unfinished({ past }: OpenFleet, { environment }: OpenEnvironment): Promise<Journal> {
  const journal = await past.unfinished();
  if (journal) return journal;
  throw new CozyError("nothing-unfinished", {
    message: `No plan of ${environment.name} was cut off.`,
    state: "Nothing was changed.",
    next: `cozy status ${environment.name}`,
  });
}

/** To go on takes every host of the plan; to go back, those that are reached do it, and the others when they are back. */
function refuseWithoutHosts(plan: Plan, { hosts, unreachable }: OpenFleet): void {
  const reached = new Set(hosts.map(({ name }) => name));
  const missing = hostsIn(plan).filter((name) => !reached.has(name));
  if (missing.length === 0) return;
  const { command, environment } = plan;
  throw new CozyError("hosts-unreachable", {
    message: `${listed(missing)} can't be reached, and the ${command} can't go on without.`,
    details: unreachable.map(({ host, why }) => `${host}: ${why}`),
    state: "Nothing was changed.",
    next: `Bring ${listed(missing)} back, then: cozy resume ${environment}. To go back on the others: cozy abort ${environment} --without ${missing.join(",")}`,
  });
}

function refuseUnknownHosts(plan: Plan, without: readonly string[]): void {
  const known = hostsIn(plan);
  const unknown = without.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new CozyError("wrong-usage", {
    message: `The ${plan.command} has no host ${listed(unknown)}; it has ${listed(known)}.`,
  });
}

function hostsIn({ phases }: Plan): string[] {
  return [...new Set(phases.flatMap(({ operations }) => operations.map(({ host }) => host)))];
}
