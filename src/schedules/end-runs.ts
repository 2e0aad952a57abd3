import { isAlive, type ProcessIdentity } from "../instances/process-identity.ts";
import { pause } from "../shared/pause.ts";
import { explained } from "./explained.ts";
import { goesOn, readRunning, runningNow, type RunningRun } from "./running.ts";
import { knownSchedules, schedulePlace, type SchedulePlace } from "./schedule-place.ts";

/** Longer than a command has after SIGTERM, so that its keeper ends it and says so. */
const patienceMs = 15_000;

/**
 * Ends every run of an environment that goes on: SIGTERM, and SIGKILL for what does not heed it; their evidence says `stopped`. Gives the
 * names of their schedules. To be called once nothing starts runs any more.
 */
export async function endRuns(schedules: string, signal: AbortSignal): Promise<string[]> {
  const places = knownSchedules(schedules).map((name) => schedulePlace(schedules, name));
  const ended = await Promise.all(
    places.map(async (place) => ((await endRunOf(place, signal)) ? [place.name] : [])),
  );
  return ended.flat();
}

/** Whether a run went on. */
async function endRunOf(place: SchedulePlace, signal: AbortSignal): Promise<boolean> {
  const run = await explained(() => readRunning(place));
  if (run === undefined || !goesOn(run)) return false;
  tell(run, "SIGTERM");
  if (!(await isOverWithin(run, patienceMs, signal))) {
    tell(run, "SIGKILL");
    await isOverWithin(run, 2_000, signal);
  }
  // What was killed has left no evidence.
  await runningNow(place, Date.now());
  return true;
}

/** The keeper ends its command; where it is gone, the command's whole group is told. */
function tell({ keeper, command }: RunningRun, signal: "SIGTERM" | "SIGKILL"): void {
  const keeperLives = isAlive(keeper);
  if (keeperLives) send(keeper.pid, signal);
  if (command !== undefined && (signal === "SIGKILL" || !keeperLives)) sendToGroup(command, signal);
}

async function isOverWithin(run: RunningRun, ms: number, signal: AbortSignal): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await pause(50, signal)) {
    if (!goesOn(run)) return true;
  }
  return !goesOn(run);
}

function sendToGroup(command: ProcessIdentity, signal: "SIGTERM" | "SIGKILL"): void {
  if (isAlive(command)) send(-command.pid, signal);
}

function send(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended in between, which is what is wanted.
  }
}
