import { readdirSync } from "node:fs";
import { join } from "node:path";
import { systemCode } from "../shared/thrown.ts";

/** Where everything about one schedule of an environment is kept. Pure: it only makes names. */
export interface SchedulePlace {
  readonly name: string;
  readonly folder: string;
  /** One line a run; earlier files are `runs.1.jsonl` and so on. */
  readonly evidence: string;
  /** The run that goes on now. */
  readonly running: string;
  /** Up to when its starts have been seen to. */
  readonly clock: string;
  /** Whether it is suspended. */
  readonly state: string;
  /** `<run>.log`: what the last runs printed. */
  readonly output: string;
  /** Held for a moment by whoever changes the files above. */
  readonly lock: string;
}

/** `schedules` is the environment's folder of them. */
export function schedulePlace(schedules: string, name: string): SchedulePlace {
  const folder = join(schedules, name);
  return {
    name,
    folder,
    evidence: join(folder, "runs.jsonl"),
    running: join(folder, "running.json"),
    clock: join(folder, "clock.json"),
    state: join(folder, "state.json"),
    output: join(folder, "output"),
    lock: join(folder, "lock"),
  };
}

/** Every schedule that has ever been seen to here, also those that no release has any more. */
export function knownSchedules(schedules: string): string[] {
  try {
    return readdirSync(schedules, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}
