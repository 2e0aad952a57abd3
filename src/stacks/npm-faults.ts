import type { App, SmokeCheck } from "../project/project.ts";
import { withoutNpm, type PackageScripts } from "./npm-script.ts";

/** All commands of an application that a release runs, by what they are in the project file. */
type Commands = Pick<
  App,
  "processes" | "migrate" | "migrateBack" | "seed" | "console" | "hooks" | "schedules" | "smoke"
>;

export interface NpmFault {
  /** `processes.web` */
  readonly of: string;
  readonly command: string;
  readonly why: string;
}

/**
 * Which commands of an application ask npm for what a release can't do. `has` tells whether a program is among the packages that a release
 * has, where that is known. Pure.
 */
export function npmFaults(
  app: Commands,
  pkg: PackageScripts,
  has: (program: string) => boolean = () => true,
): readonly NpmFault[] {
  return commandsOf(app).flatMap(([of, words]) => {
    const found = withoutNpm(words, pkg);
    const command = words.join(" ");
    if (found.kind === "fault") return [{ of, command, why: found.why }];
    const programs = found.kind === "command" ? found.programs : [];
    return programs
      .filter((program) => !has(program))
      .map((program) => ({
        of,
        command,
        why: `${program} is no program of its \`dependencies\`, and a release has no others`,
      }));
  });
}

function commandsOf(app: Commands): readonly (readonly [string, readonly string[]])[] {
  const { processes, migrate, migrateBack, seed, console, hooks, schedules, smoke } = app;
  const single = { migrate, migrateBack, seed, console };
  return [
    ...Object.entries(processes).map(([type, { command }]) => [`processes.${type}`, command] as const),
    ...Object.entries(single).flatMap(([name, words]) =>
      words === undefined ? [] : [[name, words] as const],
    ),
    ...Object.entries(hooks).map(([name, words]) => [`hooks.${name}`, words] as const),
    ...Object.entries(schedules).map(([name, { run }]) => [`schedules.${name}`, run] as const),
    ...smoke.flatMap((check: SmokeCheck, at) =>
      check.kind === "command" ? [[`smoke[${at}]`, check.command] as const] : [],
    ),
  ];
}
