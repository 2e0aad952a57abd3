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
      const command = fillPlaces(withPort(planned.command, app.dev.port, names.port), names);
      return [{ type, command, reload: planned.reload }];
    });
}

/** The types that `cozy dev` does not start. */
export function leftOut(app: App): string[] {
  return Object.keys(app.processes).filter((type) => app.dev.processes[type] === false);
}

/** Django's own server takes its port as a word, which the project file has filled in. */
function withPort(command: readonly string[], declared: number, port: number): readonly string[] {
  if (!command.includes("runserver")) return command;
  return command.map((word, index) =>
    index === command.length - 1 && word === String(declared) ? String(port) : word,
  );
}
