import type { CommandContext } from "../commands/command-context.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { runInteractively } from "../hosts/this-machine/run-interactively.ts";
import { nearest } from "../shared/nearest.ts";
import { asksDjango, fillPlaces } from "./reloading.ts";
import type { Workplace } from "./workplace.ts";

/** Runs a schedule's command once in the environment of `cozy dev`, with this terminal as its own; gives its exit code. */
export async function runSchedule(name: string, place: Workplace, context: CommandContext): Promise<number> {
  const { schedules } = place.app;
  const schedule = Object.hasOwn(schedules, name) ? schedules[name] : undefined;
  if (schedule === undefined) throw unknownSchedule(name, Object.keys(schedules));
  const command = await filled(schedule.run, place, context.signal);
  const { PORT: _, ...variables } = place.env;
  const request = {
    command,
    folder: place.folder,
    variables,
    limits: { memoryBytes: undefined, openFiles: undefined },
  };
  const atTerminal = "isTTY" in context.stdin && context.stdin.isTTY === true;
  return runInteractively(request, { signals: context.takeSignals(), atTerminal });
}

async function filled(
  command: readonly string[],
  place: Workplace,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (!asksDjango(command)) return command;
  const { askDjango } = await import("./django-names.ts");
  return fillPlaces(command, await askDjango(place, signal));
}

function unknownSchedule(name: string, names: readonly string[]): CozyError {
  const [near] = nearest(name, names);
  const hint = near === undefined ? "" : `; did you mean "${near}"?`;
  return new CozyError("wrong-usage", {
    message: `The project has no schedule "${name}"${hint}${near === undefined ? "." : ""}`,
    details: names.length === 0 ? ["It declares none in app.schedules."] : [`It has: ${names.join(", ")}.`],
    next: near === undefined ? "cozy check" : `cozy dev --run ${near}`,
  });
}
