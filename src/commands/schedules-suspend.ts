import { explained } from "../schedules/explained.ts";
import { readRunning } from "../schedules/running.ts";
import { readState, resume, suspend } from "../schedules/suspension.ts";
import { momentText } from "../shared/duration.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import { placeOf, type OpenSchedules } from "./schedules-open.ts";
import { ownWhoText } from "./with-lease.ts";

/** No more runs are started by the clock; one that goes on is left to its end, and a run by hand is still possible. */
export async function suspendSchedule(
  context: CommandContext,
  opened: OpenSchedules,
  name: string,
  { reason }: { readonly reason: string | undefined },
): Promise<number> {
  const place = placeOf(opened, name);
  const by = await ownWhoText(context);
  const at = context.now();
  const { state, running } = await explained(async () => ({
    state: await suspend(place, { at, by, reason }),
    running: readRunning(place),
  }));
  const { suspended } = state;
  printResult(context, { schedule: name, suspended }, () =>
    [
      suspended === null || suspended.at === at
        ? `${name} is suspended.`
        : `${name} has been suspended by ${suspended.by} since ${momentText(suspended.at)} already.`,
      ...(running === undefined ? [] : ["The run that goes on is left to its end."]),
      `Let it run again: cozy schedules ${opened.environment} --resume ${name}`,
    ].join("\n"),
  );
  return 0;
}

export async function resumeSchedule(
  context: CommandContext,
  opened: OpenSchedules,
  name: string,
): Promise<number> {
  const place = placeOf(opened, name);
  const by = await ownWhoText(context);
  const was = await explained(async () => {
    const { suspended } = readState(place);
    await resume(place, context.now(), by);
    return suspended;
  });
  printResult(context, { schedule: name, suspended: null, was }, () =>
    was === null
      ? `${name} was not suspended.`
      : `${name} runs again; it had been suspended since ${momentText(was.at)}.`,
  );
  return 0;
}
