import type { AnyCommand, OptionSpec } from "./define-command.ts";
import type { CommandEntry } from "./index.ts";

/** A word that could stand where the cursor is, and what it is for. */
export interface Candidate {
  readonly word: string;
  readonly about: string;
}

/** Names that only the project or its environments know; asked for when they are wanted, because that takes its time. */
export interface KnownNames {
  environments(): Promise<readonly string[]>;
  releases(environment: string | undefined): Promise<readonly Candidate[]>;
  processTypes(): Promise<readonly string[]>;
  schedules(): Promise<readonly string[]>;
  secrets(environment: string | undefined): Promise<readonly string[]>;
}

export interface CompletionRequest {
  readonly index: readonly CommandEntry[];
  /** The words behind `cozy`; the last is the one that is being written, and may be empty. */
  readonly words: readonly string[];
  readonly names: KnownNames;
}

/** What a shell can complete the last word to: `files` where it is a file's name. */
export async function completionWords(request: CompletionRequest): Promise<readonly Candidate[] | "files"> {
  const { index, words } = request;
  const written = words.at(-1) ?? "";
  const found = words.length <= 1 ? commandNames(index) : await wordsOfCommand(request);
  return found === "files" ? found : found.filter(({ word }) => word.startsWith(written));
}

function commandNames(index: readonly CommandEntry[]): Candidate[] {
  return [
    ...index.map(({ name, summary }) => ({ word: name, about: summary })),
    { word: "help", about: "what a command does" },
    { word: "--help", about: "all commands" },
    { word: "--version", about: "the version of cozy" },
  ];
}

async function wordsOfCommand({
  index,
  words,
  names,
}: CompletionRequest): Promise<readonly Candidate[] | "files"> {
  const [name, ...others] = words;
  if (name === "help") return words.length === 2 ? commandNames(index).slice(0, index.length) : [];
  const command = await index.find((entry) => entry.name === name)?.load();
  if (command === undefined) return [];
  const before = others.slice(0, -1);
  if (before.includes("--")) return "files";
  const options = optionsOf(command);
  const { positional, waiting } = read(before, options);
  if (waiting) return valuesFor(command, waiting.placeholder, positional, names);
  if ((others.at(-1) ?? "").startsWith("-")) return unused(options, before);
  if (before.at(-1) === "=") return []; // bash takes `web=3` apart
  const last = command.arguments.at(-1);
  const argument = command.arguments[positional.length] ?? (last?.repeats ? last : undefined);
  if (argument?.choices) return argument.choices.map((word) => ({ word, about: argument.name }));
  if (argument) return valuesFor(command, argument.name, positional, names);
  return command.takesRest === undefined ? [] : [{ word: "--", about: command.takesRest }];
}

interface Flag {
  /** `--release`, and `-r` where it has a short form. */
  readonly flags: readonly string[];
  readonly about: string;
  /** What stands for its value in the help; `undefined` where it takes none. */
  readonly placeholder: string | undefined;
}

function optionsOf({ options }: AnyCommand): readonly Flag[] {
  return [
    ...Object.entries(options).map(([key, spec]) => flagOf(key, spec)),
    { flags: ["--json"], about: "print JSON, for programs", placeholder: undefined },
    { flags: ["--config"], about: "another project file", placeholder: "file" },
    { flags: ["--help"], about: "what the command does", placeholder: undefined },
  ];
}

function flagOf(key: string, spec: OptionSpec): Flag {
  const long = `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return {
    flags: [long, ...(spec.short === undefined ? [] : [`-${spec.short}`])],
    about: spec.help,
    placeholder: spec.kind === "flag" ? undefined : spec.placeholder,
  };
}

/** Tells arguments from options, and whether the last word is an option that waits for its value. */
function read(words: readonly string[], options: readonly Flag[]) {
  const positional: string[] = [];
  let waiting: (Flag & { readonly placeholder: string }) | undefined;
  for (const word of words) {
    if (waiting) {
      waiting = undefined;
    } else if (word.startsWith("-")) {
      const flag = options.find(({ flags }) => flags.includes(word));
      if (flag?.placeholder !== undefined) waiting = { ...flag, placeholder: flag.placeholder };
    } else {
      positional.push(word);
    }
  }
  return { positional, waiting };
}

function unused(options: readonly Flag[], words: readonly string[]): Candidate[] {
  return options
    .filter(({ flags }) => !flags.some((flag) => words.includes(flag)))
    .map(({ flags: [word = ""], about }) => ({ word, about }));
}

/** By what an argument, or the value of an option, is called in the help. */
async function valuesFor(
  command: AnyCommand,
  what: string,
  positional: readonly string[],
  names: KnownNames,
): Promise<readonly Candidate[] | "files"> {
  const environment = positional[command.arguments.findIndex(({ name }) => name === "environment")];
  switch (what) {
    case "environment":
    case "other":
      return (await names.environments())
        .filter((name) => !positional.includes(name))
        .map((word) => ({ word, about: "environment" }));
    case "id":
    case "release":
      return names.releases(environment);
    case "type":
      return [
        ...(await names.processTypes()).map((word) => ({ word, about: "process type" })),
        ...["access", "proxy", "supervisor"].map((word) => ({ word, about: "cozy's own log" })),
      ];
    case "type=count":
      return (await names.processTypes()).map((type) => ({ word: `${type}=`, about: "process type" }));
    case "name":
    case "schedule":
      return (await names.schedules()).map((word) => ({ word, about: "schedule" }));
    case "secret":
      return (await names.secrets(environment)).map((word) => ({ word, about: "secret" }));
    case "shell":
      return ["bash", "zsh", "fish"].map((word) => ({ word, about: "shell" }));
    case "file":
      return "files";
    default:
      return [];
  }
}
