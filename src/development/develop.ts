import { CozyError } from "../errors/cozy-error.ts";
import type { CommandContext } from "../commands/command-context.ts";
import { chooseStyle } from "../events/choose-style.ts";
import type { Project } from "../project/project.ts";
import { type DevLog, devLog, note } from "./dev-log.ts";
import { type PlannedProcess, leftOut, planDevelopment } from "./dev-plan.ts";
import { gatherFacts } from "./facts.ts";
import { incomplete, missingFrom } from "./missing.ts";
import { asksDjango } from "./reloading.ts";
import { runDevelopment } from "./run-development.ts";
import { listenForEnd } from "./signals.ts";
import { type Workplace, type WorkplaceOptions, openWorkplace } from "./workplace.ts";

export interface DevelopOptions {
  readonly setup: boolean;
  readonly port: number | undefined;
  readonly run: string | undefined;
}

/** `cozy dev`: sets the machine up, runs a schedule, or runs the application. */
export async function develop(
  project: Project,
  context: CommandContext,
  options: DevelopOptions,
): Promise<number> {
  checkPort(options.port);
  const style = chooseStyle(context.env, context.stdout.isTTY === true);
  const given: WorkplaceOptions = {
    own: context.env,
    platform: process.platform,
    port: options.port,
    colour: !context.json && style.colours.isColorSupported,
  };
  const write = (text: string) => void context.stdout.write(text);
  if (options.setup) {
    const { setUp } = await import("./set-up.ts");
    return setUp(project, given, { context, style, write });
  }
  const place = await openWorkplace(project, given);
  if (options.run !== undefined) {
    const { runSchedule } = await import("./run-schedule.ts");
    return runSchedule(options.run, place, context);
  }
  const plan = await planFor(place, context.signal);
  const missing = missingFrom(await gatherFacts(place, plan), place);
  if (missing.length > 0) throw incomplete(missing);

  const log = devLog({ json: context.json, style, write, names: plan.map(({ type }) => type) });
  const asked = listenForEnd(context.takeSignals(), context.now);
  // Whoever read this log is gone (`cozy dev | head`): nobody would see what still runs.
  context.stdout.once("error", () => process.exit(0));
  tellWhatDoesNotRun(place, log);
  const readEnvironment = async () => (await openWorkplace(project, given)).env;
  try {
    return await runDevelopment({ place, plan, log, asked, readEnvironment });
  } finally {
    asked.stopListening();
  }
}

async function planFor(place: Workplace, signal: AbortSignal): Promise<PlannedProcess[]> {
  const names = { port: place.port, settings: place.env["DJANGO_SETTINGS_MODULE"] };
  const plan = planDevelopment(place.app, names);
  // Without an environment to ask in, that it is missing will be told.
  if (place.venv === undefined || !plan.some(({ command }) => asksDjango(command))) return plan;
  const { askDjango } = await import("./django-names.ts");
  return planDevelopment(place.app, await askDjango(place, signal));
}

function tellWhatDoesNotRun({ app }: Workplace, log: DevLog): void {
  const types = leftOut(app);
  if (types.length > 0) note(log, `not started here, as cozy.config.ts says: ${types.join(", ")}`);
  const schedules = Object.keys(app.schedules);
  if (schedules.length > 0) {
    note(
      log,
      `${schedules.join(", ")} does not run by the clock here; by hand`,
      `cozy dev --run ${schedules[0] ?? ""}`,
    );
  }
}

function checkPort(port: number | undefined): void {
  if (port === undefined || (port >= 1 && port <= 65_535)) return;
  throw new CozyError("wrong-usage", {
    message: `--port takes a number from 1 to 65535, not ${port}.`,
    next: "cozy dev --help",
  });
}
