import { killsInTurn } from "../../support/kills.ts";
import { KillStory, type FaultsBeside, type Way } from "./kill-story.ts";
import { loadOn, nextRelease, type Stage } from "./stage.ts";

/** Stands in the name of an operation for the release that serves before. */
const old = "OLD";

/** By command, where its deployer is killed: `after:switch-routes@host1`. */
export interface Kills {
  readonly deploy: readonly string[];
  readonly rollback: readonly string[];
}

/** What is wrong after one kill after the other under load, each ended from another machine, and what requests were lost. */
export async function killedInTurn(
  stage: Stage,
  way: Way,
  { deploy, rollback }: Kills,
  faultsBeside?: FaultsBeside,
): Promise<string[]> {
  const load = loadOn(stage);
  const story = await KillStory.begin(stage, way, faultsBeside);
  const told: string[] = [];
  for (const fault of deploy) told.push(...(await story.deployKilledAt(fault.replace(old, story.release))));
  for (const fault of rollback)
    told.push(...(await story.rollbackKilledAt(fault.replace(old, story.release))));
  const { errors, sent } = await load.stop();
  const few = sent > 500 ? [] : [`there were no more than ${sent} requests`];
  return [...told, ...errors.map((error) => `a request was lost: ${error}`), ...few];
}

/** Where the operations of a command are to be killed. */
export function faultsAt(way: Way, operations: readonly string[]): readonly string[] {
  return killsInTurn(way, operations).map(({ kind, point }) => `${point}:${kind}`);
}

/** What the plan of the next deploy holds beside what is named elsewhere: nothing new goes without its kills. */
export async function operationsBeside(stage: Stage, named: RegExp): Promise<string[]> {
  await nextRelease(stage, "looked at");
  const plan = await stage.fleet.json<PlanJson>(["plan", "staging"]);
  const ids = plan.phases.flatMap((phase) => phase.operations.map(({ id }) => id));
  return ids
    .filter((id) => !named.test(id))
    .map((id) => id.replace(plan.previous, old))
    .toSorted();
}

interface PlanJson {
  readonly previous: string;
  readonly phases: readonly { readonly operations: readonly { readonly id: string }[] }[];
}
