import { isAlive } from "../instances/process-identity.ts";
import { pause } from "../shared/pause.ts";
import { explained } from "./explained.ts";
import { goesOn, readRunning, runningNow, type RunningRun } from "./running.ts";
import { knownSchedules, schedulePlace, type SchedulePlace } from "./schedule-place.ts";

/** Longer than a command has after SIGTERM, so that its keeper ends it and says so. */
const patienceMs = 15_000;

/** Tells a process, or its group where the number is negative; one that has ended already is what is wanted. */
export type TellProcess = (pid: number, name: "SIGTERM" | "SIGKILL") => Promise<void>;

/**
 * Ends every run of an environment that goes on: SIGTERM, and SIGKILL for what does not heed it; their evidence says `stopped`. Gives the
 * names of their schedules. To be called once nothing starts runs any more.
 */
export async function endRuns(
  schedules: string,
  signal: AbortSignal,
  tell: TellProcess = tellOwn,
): Promise<string[]> {
  const places = knownSchedules(schedules).map((name) => schedulePlace(schedules, name));
  const ended = await Promise.all(
    places.map(async (place) => ((await endRunOf(place, signal, tell)) ? [place.name] : [])),
  );
  return ended.flat();
}

/** Whether a run went on. */
async function endRunOf(place: SchedulePlace, signal: AbortSignal, tell: TellProcess): Promise<boolean> {
  const run = await explained(() => readRunning(place));
  if (run === undefined || !goesOn(run)) return false;
  await tellRun(run, "SIGTERM", tell);
  if (!(await isOverWithin(run, patienceMs, signal))) {
    await tellRun(run, "SIGKILL", tell);
    await isOverWithin(run, 2_000, signal);
  }
  // What was killed has left no evidence.
  await runningNow(place, Date.now());
  return true;
}

/** The keeper ends its command; where it is gone, the command's whole group is told. */
async function tellRun(
  { keeper, command }: RunningRun,
  name: "SIGTERM" | "SIGKILL",
  tell: TellProcess,
): Promise<void> {
  const keeperLives = isAlive(keeper);
  if (keeperLives) await tell(keeper.pid, name);
  if (command === undefined || (name === "SIGTERM" && keeperLives)) return;
  if (isAlive(command)) await tell(-command.pid, name);
}

async function isOverWithin(run: RunningRun, ms: number, signal: AbortSignal): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await pause(50, signal)) {
    if (!goesOn(run)) return true;
  }
  return !goesOn(run);
}

const tellOwn: TellProcess = async (pid, name) => {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended in between.
  }
};
