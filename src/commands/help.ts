import packageJson from "../../package.json" with { type: "json" };
import type { CommandEntry } from "./index.ts";

export const version: string = packageJson.version;

/** The page of `cozy --help`, from the index alone: no command is loaded for it. */
export function helpText(index: readonly CommandEntry[]): string {
  const width = Math.max(...index.map(({ name }) => name.length));
  const groups = [...Map.groupBy(index, ({ group }) => group)].map(([group, entries]) =>
    [`${group}:`, ...entries.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)].join("\n"),
  );
  return [
    `cozy ${version}: brings a web application to production and keeps it alive there.`,
    "",
    "Usage: cozy <command> [environment] [options]",
    "",
    groups.join("\n\n"),
    "",
    "Every command takes --help, --json and --config <file>.",
    "",
  ].join("\n");
}
