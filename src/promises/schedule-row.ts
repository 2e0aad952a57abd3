import type { RunEvidence } from "../schedules/evidence.ts";
import { whenText } from "../schedules/in-words.ts";
import { isBad, outcomeText } from "../schedules/run-text.ts";
import { decisiveRuns } from "../schedules/failing-schedules.ts";
import { momentText, ageText } from "../shared/duration.ts";
import { isInFuture, unmeasured, type PromiseFacts, type PromiseRow, type ScheduleFacts } from "./promise.ts";

/** That a schedule does its work: it succeeded for one of its last two starts, or since. */
export function scheduleRow(facts: ScheduleFacts, { environment, now }: PromiseFacts): PromiseRow {
  const { name, when, startBeforeLast, suspended, runs } = facts;
  const last = decisiveRuns(runs).at(-1);
  const success = runs.findLast(
    ({ outcome, endedAt }) => outcome === "succeeded" && !isInFuture(endedAt, now),
  );
  const row: PromiseRow = {
    promise: `schedule.${name}`,
    declared: whenText(when),
    ...(success === undefined ? unmeasured : measurement(success, environment, now)),
    limitMs: startBeforeLast === undefined ? undefined : now - startBeforeLast,
    state: "not proven",
    text: "",
    next: `cozy schedules ${environment} --runs ${name}`,
  };
  const said = [
    success === undefined
      ? "it has not succeeded yet"
      : `its last success was ${ageText(now - success.endedAt)} ago`,
    last !== undefined && isBad(last) ? `its last run ${outcomeText(last)}` : undefined,
    suspended === null ? undefined : suspendedText(suspended),
  ];
  const text = said.filter((part) => part !== undefined).join("; ");
  if (isRecent(success, startBeforeLast)) return { ...row, state: "kept", text, next: undefined };
  if (suspended !== null) return { ...row, text, next: `cozy schedules ${environment} --resume ${name}` };
  // That it never succeeded says little before it had its chances.
  const chances = runs.some((run) => startBeforeLast !== undefined && startOf(run) <= startBeforeLast);
  if (runs.length === 0)
    return { ...row, text: "it has not run yet", next: `cozy schedules ${environment} --run ${name}` };
  return { ...row, state: chances ? "broken" : "not proven", text };
}

function measurement(
  { by, schedule, release, endedAt }: RunEvidence,
  environment: string,
  now: number,
): Pick<PromiseRow, "measured" | "measuredAt" | "ageMs" | "release" | "backup" | "by" | "details"> {
  return {
    measured: "succeeded",
    measuredAt: endedAt,
    ageMs: Math.max(0, now - endedAt),
    release,
    backup: undefined,
    details: [],
    by: by === "hand" ? `cozy schedules ${environment} --run ${schedule}` : "its schedule",
  };
}

/** Where two starts were not due yet, any success is recent. */
function isRecent(success: RunEvidence | undefined, startBeforeLast: number | undefined): boolean {
  if (success === undefined) return false;
  return (
    startBeforeLast === undefined || startOf(success) >= startBeforeLast || success.endedAt >= startBeforeLast
  );
}

function startOf({ due, startedAt }: RunEvidence): number {
  return due ?? startedAt;
}

function suspendedText({ by, at, reason }: NonNullable<ScheduleFacts["suspended"]>): string {
  return `${by} suspended it at ${momentText(at)}${reason === undefined ? "" : `: ${reason}`}`;
}
