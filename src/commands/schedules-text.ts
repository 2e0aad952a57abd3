import { printable } from "../events/text-width.ts";
import type { RunEvidence } from "../schedules/evidence.ts";
import { outcomeText } from "../schedules/run-text.ts";
import { durationText, momentText } from "../shared/duration.ts";
import type { ScheduleList, ScheduleLook } from "./schedules-look.ts";
import { textTable } from "./text-table.ts";

/** What `cozy schedules` prints: a line a schedule, and what is wrong. */
export function listText(list: ScheduleList, now: number): string {
  const { environment, release, schedules } = list;
  if (schedules.length === 0) return `Release ${release} of ${environment} has no schedules.`;
  const rows = schedules.map((schedule) => [
    schedule.name,
    schedule.inWords,
    lastText(schedule, now),
    nextText(schedule, now),
  ]);
  return [
    textTable([["schedule", "runs", "last", "next"], ...rows]),
    ...failures(schedules, now),
    ...advice(list),
  ].join("\n");
}

/** What `cozy schedules --runs` prints: a line a start, newest first. */
export function runsText(name: string, runs: readonly RunEvidence[], unreadable: number): string {
  const lines = unreadable === 1 ? "A line" : `${unreadable} lines`;
  const torn = unreadable === 0 ? [] : ["", `${lines} of its evidence can't be read.`];
  if (runs.length === 0) return [`${name} has not run yet.`, ...torn].join("\n");
  const rows = runs.map((run) => [momentText(run.startedAt), startText(run), outcomeText(run), run.release]);
  return [textTable([["at", "started", "outcome", "release"], ...rows]), ...torn].join("\n");
}

function startText({ by, who, due, startedAt }: RunEvidence): string {
  if (by === "hand") return who === undefined ? "by hand" : `by ${who}`;
  const late = due === null ? 0 : startedAt - due;
  return by === "catch-up" ? `to catch up, ${durationText(late)} late` : "by the clock";
}

function lastText({ lastRun, running, skippedSince }: ScheduleLook, now: number): string {
  const skipped = skippedSince === 0 ? "" : `, ${skippedSince} skipped since`;
  if (running !== null) return `runs for ${durationText(now - running.startedAt)}${skipped}`;
  if (lastRun === null) return "never";
  return `${outcomeText(lastRun)}, ${durationText(now - lastRun.endedAt)} ago${skipped}`;
}

function nextText({ nextRun, suspended, problem }: ScheduleLook, now: number): string {
  if (problem !== null) return `none: ${problem}`;
  if (suspended !== null) {
    const why = suspended.reason === undefined ? "" : `: ${suspended.reason}`;
    return `suspended by ${suspended.by} since ${momentText(suspended.at)}${why}`;
  }
  return nextRun === null ? "none" : `${momentText(nextRun)}, in ${durationText(nextRun - now)}`;
}

function failures(schedules: readonly ScheduleLook[], now: number): string[] {
  return schedules.flatMap(({ name, lastRun }) => {
    if (lastRun === null || lastRun.outcome === "succeeded" || lastRun.outcome === "stopped") return [];
    const said = lastRun.tail.slice(-3).map((line) => `  ${printable(line)}`);
    const ago = durationText(now - lastRun.endedAt);
    return ["", `${name} ${outcomeText(lastRun)}, ${ago} ago${said.length > 0 ? ":" : "."}`, ...said];
  });
}

function advice({ environment, watched, supervised, schedules }: ScheduleList): string[] {
  const failed = schedules.find(({ lastRun }) => lastRun !== null && lastRun.tail.length > 0);
  const isBad = failed?.lastRun?.outcome !== "succeeded" && failed?.lastRun?.outcome !== "stopped";
  const look =
    failed === undefined || !isBad
      ? []
      : ["", `All that it printed: cozy schedules ${environment} --output ${failed.name}`];
  if (watched) return look;
  const next = supervised ? `cozy deploy ${environment}` : `cozy start ${environment}`;
  return [...look, "", `Nothing watches the clock, so no run starts by itself. Have it watched: ${next}`];
}
