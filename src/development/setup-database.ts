import { migrationsState } from "./migrations-check.ts";
import { typed } from "./platform.ts";
import { type StepPorts, type StepResult, runInStep, took } from "./setup-step.ts";
import type { Workplace } from "./workplace.ts";

/** The developer's database with every migration of the working tree. */
export async function migrateDatabase(place: Workplace, ports: StepPorts): Promise<StepResult> {
  const { migrate } = place.app;
  if (migrate === undefined)
    return { outcome: "not-declared", detail: "the project file has no app.migrate" };
  if ((await migrationsState(place, ports.signal)) === "applied") {
    return { outcome: "up-to-date", detail: "every migration is applied" };
  }
  return runAgain("database", migrate, place, ports);
}

/** Data to develop with. It is run each time, because only it knows what is there; the project file promises that it may be. */
export async function seedDatabase(place: Workplace, ports: StepPorts): Promise<StepResult> {
  const { seed } = place.app;
  if (seed === undefined) return { outcome: "not-declared", detail: "the project file has no app.seed" };
  return runAgain("seed", seed, place, ports);
}

async function runAgain(
  step: string,
  command: readonly string[],
  place: Workplace,
  ports: StepPorts,
): Promise<StepResult> {
  const { tookMs } = await runInStep(step, command, place, ports);
  return { outcome: "done", detail: `${typed(command)} ended well ${took(tookMs)}` };
}
