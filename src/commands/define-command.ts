import type { RequestsOfOthers } from "../promises/requests-of-others.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";

/** One argument by position. Those after a `--` come in `rest`, for commands that take a command. */
export interface ArgumentSpec {
  readonly name: string;
  readonly help: string;
  readonly optional?: boolean;
  /** The last one only: any number of words may stand in its place, which come in `words`. */
  readonly repeats?: boolean;
  /** All words that it can be, for a shell to complete. */
  readonly choices?: readonly string[];
}

export type OptionSpec =
  | { readonly kind: "flag"; readonly help: string; readonly short?: string }
  | { readonly kind: "text"; readonly help: string; readonly placeholder: string; readonly short?: string }
  | { readonly kind: "number"; readonly help: string; readonly placeholder: string; readonly short?: string };

type OptionValue<Spec extends OptionSpec> = Spec["kind"] extends "flag"
  ? boolean
  : Spec["kind"] extends "number"
    ? number | undefined
    : string | undefined;

export interface Invocation<
  Arguments extends readonly ArgumentSpec[],
  Options extends Record<string, OptionSpec>,
> {
  readonly args: { readonly [Name in Arguments[number]["name"]]: string | undefined };
  readonly options: { readonly [Name in keyof Options]: OptionValue<Options[Name]> };
  /** What stands in the place of the argument that repeats. */
  readonly words: readonly string[];
  /** What stands behind `--`. */
  readonly rest: readonly string[];
}

/** A command as data, from which its help, its checks and the reference page derive, and the recipe that it runs. */
export interface Command<
  Arguments extends readonly ArgumentSpec[] = readonly ArgumentSpec[],
  Options extends Record<string, OptionSpec> = Record<string, OptionSpec>,
> {
  readonly name: string;
  /** What it does and does not do, in a few sentences. */
  readonly description: string;
  readonly arguments: Arguments;
  /** Every command also takes `--json` and `--config <file>`. */
  readonly options: Options;
  readonly takesRest?: string;
  /**
   * Where it is carried out for an environment on servers, if not from the deployer's machine: on the first of them. An option `host`
   * names another one.
   */
  readonly where?: "keeper";
  /** What the deployer's cozy asks the other servers first, because the one that carries it out knows none of them. */
  readonly askOthers?: (
    context: CommandContext,
    opened: OpenEnvironment,
  ) => Promise<RequestsOfOthers | undefined>;
  /** Whether it reads what comes through a pipe. */
  readonly takesInput?: boolean;
  readonly examples: readonly string[];
  /** The exit code; errors are thrown. */
  run(context: CommandContext, invocation: Invocation<Arguments, Options>): Promise<number>;
}

/**
 * A command whose own types for its arguments are of no use any more: what is read from the command line is checked against its data.
 */
export interface AnyCommand extends Omit<Command, "run"> {
  run(context: CommandContext, invocation: ReadInvocation): Promise<number>;
}

/** What was read from the command line, as the command's data says. */
export interface ReadInvocation {
  readonly args: Readonly<Record<string, string | undefined>>;
  readonly options: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly words: readonly string[];
  readonly rest: readonly string[];
}

/** Ties the types of a recipe's arguments to its data. */
export function defineCommand<
  const Arguments extends readonly ArgumentSpec[],
  const Options extends Record<string, OptionSpec>,
>(command: Command<Arguments, Options>): AnyCommand {
  return command;
}

/** The argument that most commands begin with. */
export const environmentArgument = {
  name: "environment",
  help: "an environment of the project; may be left out where there is only one",
  optional: true,
} as const satisfies ArgumentSpec;
