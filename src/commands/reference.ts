/** The reference page of all commands. Written anew by: npx node src/commands/reference.ts > docs/reference/commands.md */
import type { AnyCommand, OptionSpec } from "./define-command.ts";
import { argumentText } from "./run-command.ts";
import { commandIndex, type CommandEntry } from "./index.ts";

export async function commandReference(index: readonly CommandEntry[]): Promise<string> {
  const commands = await Promise.all(index.map(async (entry) => ({ entry, command: await entry.load() })));
  return [
    "# Commands",
    "",
    "<!-- Made from the commands' own data by `npx node src/commands/reference.ts > docs/reference/commands.md`; a test fails when it is stale. -->",
    "",
    "Every command takes `--help`, `--json` (a result as one JSON document; a plan being carried out as one event a line) and",
    "`--config <file>`. The environment may be left out where the project has only one. Exit codes are those of the",
    "[errors](errors.md); `cozy run` has the exit code of its command.",
    ...commands.flatMap(({ entry, command }) => section(entry, command)),
    "",
  ].join("\n");
}

function section({ name, summary }: CommandEntry, command: AnyCommand): string[] {
  const words = [
    `cozy ${name}`,
    ...command.arguments.map(argumentText),
    ...(command.takesRest ? [`-- ${command.takesRest}`] : []),
  ];
  const rows = [
    ...command.arguments.map((argument) => [argument.name, argument.help] as const),
    ...Object.entries(command.options).map(([key, spec]) => [optionText(key, spec), spec.help] as const),
  ];
  return [
    "",
    `## ${name}`,
    "",
    `\`${words.join(" ")}\`: ${summary}.`,
    "",
    command.description,
    ...(rows.length === 0
      ? []
      : ["", "| | |", "|---|---|", ...rows.map(([left, help]) => `| \`${left}\` | ${help} |`)]),
    ...(command.examples.length === 0 ? [] : ["", "```sh", ...command.examples, "```"]),
  ];
}

function optionText(key: string, spec: OptionSpec): string {
  const long = `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const short = spec.short ? `-${spec.short}, ` : "";
  return `${short}${long}${spec.kind === "flag" ? "" : ` <${spec.placeholder}>`}`;
}

if (import.meta.main) process.stdout.write(await commandReference(commandIndex));
