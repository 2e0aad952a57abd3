import type { App } from "../project/project.ts";
import { type PlaceNames, type Reload, fillPlaces, reloading } from "./reloading.ts";

/** One process of the application on a developer's machine. */
export interface PlannedProcess {
  readonly type: string;
  readonly command: readonly string[];
  readonly reload: Reload;
}

/** Every process type of the application once, `web` first; those with `dev: false` are left out. */
export function planDevelopment(app: App, names: PlaceNames): PlannedProcess[] {
  return Object.entries(app.processes)
    .sort(([a], [b]) => Number(b === "web") - Number(a === "web"))
    .flatMap(([type, process]) => {
      const own = app.dev.processes[type];
      if (own === false) return [];
      const planned =
        own === undefined ? reloading(process.command) : ({ command: own, reload: "own" } as const);
      return [{ type, command: fillPlaces(planned.command, names), reload: planned.reload }];
    });
}

/** The types that `cozy dev` does not start. */
export function leftOut(app: App): string[] {
  return Object.keys(app.processes).filter((type) => app.dev.processes[type] === false);
}
