import type { CommandContext } from "../commands/command-context.ts";
import type { Style } from "../events/marks.ts";
import type { Project } from "../project/project.ts";
import { type StepOutcome, devLog, note } from "./dev-log.ts";
import { withoutValue } from "./environment.ts";
import { incomplete, missingFrom } from "./missing.ts";
import { lookAtRuntime } from "./runtime-fact.ts";
import { migrateDatabase, seedDatabase } from "./setup-database.ts";
import { writeDotenv } from "./setup-dotenv.ts";
import { installModules } from "./setup-node.ts";
import { installPackages } from "./setup-python.ts";
import type { StepPorts, StepResult } from "./setup-step.ts";
import { type Workplace, type WorkplaceOptions, openWorkplace } from "./workplace.ts";

interface SetUpPorts {
  readonly context: CommandContext;
  readonly style: Style;
  readonly write: (text: string) => void;
}

interface Step {
  readonly name: string;
  readonly run: (place: Workplace, ports: StepPorts) => Promise<StepResult>;
}

/** `cozy dev --setup`: the steps in order, each with what it did or that there was nothing to do. A second run changes nothing. */
export async function setUp(project: Project, given: WorkplaceOptions, ports: SetUpPorts): Promise<number> {
  const { context, style, write } = ports;
  const steps = stepsFor(project);
  const log = devLog({ json: context.json, style, write, names: steps.map(({ name }) => name) });
  await refuseWrongNode(await openWorkplace(project, given));
  for (const step of steps) {
    // Opened anew, because a step changes what the next one sees: programs on the path, values of variables.
    const place = await openWorkplace(project, given);
    const { outcome, detail } = await step.run(place, { log, signal: context.signal });
    log.tell({ type: "step", step: step.name, outcome, detail }, lineOf(step.name, outcome, detail, style));
  }
  const without = withoutValue(project.app, (await openWorkplace(project, given)).env);
  if (without.length > 0)
    note(log, `write to .env what has no value yet: ${without.join(", ")}; then`, "cozy dev");
  else note(log, "the application can be started", "cozy dev");
  return 0;
}

function stepsFor({ app }: Project): Step[] {
  return [
    { name: "dependencies", run: app.stack === "node" ? installModules : installPackages },
    { name: ".env", run: (place) => writeDotenv(place) },
    { name: "database", run: migrateDatabase },
    { name: "seed", run: seedDatabase },
  ];
}

/** Nothing is installed for a Node that the application does not run on. Python is found, or not, by the step itself. */
async function refuseWrongNode(place: Workplace): Promise<void> {
  if (place.app.stack !== "node") return;
  const runtime = await lookAtRuntime(place);
  if (runtime.fits) return;
  const facts = {
    dependencies: { state: "fine" },
    port: { state: "free" },
    withoutValue: [],
    absent: [],
    runtime,
  } as const;
  throw incomplete(missingFrom(facts, { ...place, dotenv: "there" }));
}

function lineOf(name: string, outcome: StepOutcome, detail: string, { marks }: Style): string {
  const words: Readonly<Record<StepOutcome, string>> = {
    done: `${marks.done} ${name}: `,
    "up-to-date": `${marks.done} ${name}: up to date: `,
    "not-declared": `${marks.skipped} ${name}: nothing to do: `,
  };
  return words[outcome] + detail;
}
