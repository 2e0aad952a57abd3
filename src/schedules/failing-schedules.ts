import { lastEvidence, type RunEvidence } from "./evidence.ts";
import { isBad, outcomeText } from "./run-text.ts";
import { knownSchedules, schedulePlace } from "./schedule-place.ts";

export interface FailingSchedule {
  readonly name: string;
  /** How its last run ended: `failed with exit code 3 after 2 s`. */
  readonly outcome: string;
  /** When, in milliseconds since the epoch. */
  readonly at: number;
  /** How many runs in a row were no good; no more than can be read quickly. */
  readonly inARow: number;
}

/**
 * The schedules whose last run did not succeed, or was missed: a look at the end of one file each. Told of those in `names`, or of every
 * one that has ever run here.
 */
export async function failingSchedules(
  schedules: string,
  names: readonly string[] = knownSchedules(schedules),
): Promise<FailingSchedule[]> {
  const all = await Promise.all(names.map((name) => failingOf(schedules, name)));
  return all.flatMap((one) => one ?? []);
}

/** The last run that says how things stand: a skipped start says it of the run that it fell into, and a stopped one says nothing. */
export function decisiveRuns(runs: readonly RunEvidence[]): readonly RunEvidence[] {
  return runs.filter(({ outcome }) => outcome !== "skipped" && outcome !== "stopped");
}

async function failingOf(schedules: string, name: string): Promise<FailingSchedule | undefined> {
  const runs = decisiveRuns(await lastEvidence(schedulePlace(schedules, name), 100));
  const last = runs.at(-1);
  if (last === undefined || !isBad(last)) return undefined;
  const lastGood = runs.findLastIndex((run) => !isBad(run));
  return { name, outcome: outcomeText(last), at: last.endedAt, inARow: runs.length - 1 - lastGood };
}

/** `cleanup failed with exit code 3 after 2 s, 4 times in a row`. */
export function failingText({ name, outcome, inARow }: FailingSchedule): string {
  return `${name} ${outcome}${inARow > 1 ? `, ${inARow} times in a row` : ""}`;
}
