import { Command as Program, CommanderError, Option } from "commander";
import { CozyError } from "../errors/cozy-error.ts";
import { nearest } from "../shared/nearest.ts";
import type { CommandContext } from "./command-context.ts";
import type { AnyCommand, ArgumentSpec, OptionSpec } from "./define-command.ts";
import { commandIndex } from "./index.ts";
import { runWhereItBelongs } from "./on-host/place-of.ts";

/** Finds the command, reads its arguments as its data says, and runs it; gives its exit code. */
export async function runCommand(argv: readonly string[], context: CommandContext): Promise<number> {
  const [name = "", ...words] = argv;
  const entry = commandIndex.find((candidate) => candidate.name === name);
  if (!entry) throw unknownCommand(name);
  const command = await entry.load();
  const separator = words.indexOf("--");
  const own = separator === -1 ? words : words.slice(0, separator);
  const rest = separator === -1 ? [] : words.slice(separator + 1);
  if (rest.length > 0 && !command.takesRest) {
    throw new CozyError("wrong-usage", {
      message: `cozy ${name} takes nothing behind "--".`,
      next: `cozy ${name} --help`,
    });
  }
  let exitCode = 0;
  const ends: (() => void)[] = [];
  const program = programFor(command, context).action(async () => {
    const given = program.opts<Record<string, string | boolean | number | undefined>>();
    const args = Object.fromEntries(
      command.arguments.map(({ name: key }, index) => [key, program.args[index]]),
    );
    const options = Object.fromEntries(
      Object.entries(command.options).map(([key, spec]) => [
        key,
        spec.kind === "flag" ? given[key] === true : given[key],
      ]),
    );
    const configPath = typeof given["config"] === "string" ? given["config"] : undefined;
    const repeating = command.arguments.findIndex(({ repeats }) => repeats === true);
    const repeated = repeating === -1 ? [] : program.args.slice(repeating);
    exitCode = await runWhereItBelongs(
      command,
      { ...context, json: given["json"] === true, configPath, argv, atEnd: (end) => ends.push(end) },
      { args, options, words: repeated, rest },
    );
  });
  try {
    await program.parseAsync(own, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0; // --help has been printed
    throw new CozyError("wrong-usage", {
      message: sentence(error.message.replace(/^error: /, "")),
      next: `cozy ${name} --help`,
    });
  } finally {
    for (const end of ends) end();
  }
  return exitCode;
}

function programFor(command: AnyCommand, context: CommandContext): Program {
  const program = new Program(`cozy ${command.name}`)
    .description(command.description)
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: () => {}, // errors are thrown and printed in one place
    });
  for (const argument of command.arguments) {
    program.argument(argumentText(argument), argument.help);
  }
  for (const [key, spec] of Object.entries(command.options)) program.addOption(optionFor(key, spec));
  program.option("--json", "print JSON, for programs").option("--config <file>", "another project file");
  const usage = command.arguments.map(argumentText);
  program.usage([...usage, "[options]", ...(command.takesRest ? [`-- ${command.takesRest}`] : [])].join(" "));
  if (command.examples.length > 0) {
    program.addHelpText(
      "after",
      `\nExamples:\n${command.examples.map((example) => `  ${example}`).join("\n")}`,
    );
  }
  return program;
}

/** An argument as usage lines show it: `<name>`, `[name]`, `[name...]`. */
export function argumentText({ name, optional, repeats }: ArgumentSpec): string {
  const text = repeats ? `${name}...` : name;
  return optional ? `[${text}]` : `<${text}>`;
}

function optionFor(key: string, spec: OptionSpec): Option {
  const long = `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const flags = [...(spec.short ? [`-${spec.short}`] : []), long].join(", ");
  if (spec.kind === "flag") return new Option(flags, spec.help);
  const option = new Option(`${flags} <${spec.placeholder}>`, spec.help);
  if (spec.kind === "text") return option;
  return option.argParser((text) => {
    if (/^\d+$/.test(text)) return Number(text);
    throw new CozyError("wrong-usage", { message: `${long} takes a whole number, not "${text}".` });
  });
}

function unknownCommand(name: string): CozyError {
  const names = nearest(
    name,
    commandIndex.map((entry) => entry.name),
  );
  return new CozyError("unknown-command", {
    message: `cozy has no command "${name}"${names.length > 0 ? `; did you mean ${names.join(" or ")}` : ""}.`,
    next: "cozy --help",
  });
}

function sentence(text: string): string {
  const line = text.replaceAll("\n", " ");
  const first = line.charAt(0).toUpperCase() + line.slice(1);
  return first.endsWith(".") || first.endsWith(")") ? first : `${first}.`;
}
