import type { ScheduleTimes } from "../project/project.ts";
import { isFields, readKeptJson } from "./kept-json.ts";
import type { SchedulePlace } from "./schedule-place.ts";

/** `clock.json`: up to when the starts of a schedule have been seen to, and by which times. */
export interface SeenTo {
  readonly format: 1;
  /** In milliseconds since the epoch. */
  readonly until: number;
  readonly when: ScheduleTimes;
}

export function readSeenTo(place: SchedulePlace): SeenTo | undefined {
  return readKeptJson(place.clock, isSeenTo);
}

function isSeenTo(value: unknown): value is SeenTo {
  if (!isFields(value) || typeof value["until"] !== "number") return false;
  const when = value["when"];
  if (!isFields(when)) return false;
  return when["kind"] === "every" ? typeof when["everyMs"] === "number" : Array.isArray(when["patterns"]);
}
