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
  /** Servers of an environment; of all of them where none is named. */
  hosts(environment: string | undefined): Promise<readonly string[]>;
  /** Labs that are up on this machine. */
  labs(): Promise<readonly string[]>;
  labHosts(lab: string | undefined): Promise<readonly string[]>;
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
  const { positional, values, waiting } = read(before, options);
  const written = { command, positional, values };
  if (waiting) return valuesFor(written, waiting.placeholder, names);
  if ((others.at(-1) ?? "").startsWith("-")) return unused(options, before);
  if (before.at(-1) === "=") return []; // bash takes `web=3` apart
  const last = command.arguments.at(-1);
  const argument = command.arguments[positional.length] ?? (last?.repeats ? last : undefined);
  if (argument?.choices) return argument.choices.map((word) => ({ word, about: argument.name }));
  if (argument) return valuesFor(written, argument.name, names);
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

interface Written {
  readonly command: AnyCommand;
  readonly positional: readonly string[];
  /** Of options, by their long form. */
  readonly values: ReadonlyMap<string, string>;
}

/** Tells arguments from options, and whether the last word is an option that waits for its value. */
function read(words: readonly string[], options: readonly Flag[]) {
  const positional: string[] = [];
  const values = new Map<string, string>();
  let waiting: (Flag & { readonly placeholder: string }) | undefined;
  for (const word of words) {
    if (waiting) {
      values.set(waiting.flags[0] ?? "", word);
      waiting = undefined;
    } else if (word.startsWith("-")) {
      const flag = options.find(({ flags }) => flags.includes(word));
      if (flag?.placeholder !== undefined) waiting = { ...flag, placeholder: flag.placeholder };
    } else {
      positional.push(word);
    }
  }
  return { positional, values, waiting };
}

function unused(options: readonly Flag[], words: readonly string[]): Candidate[] {
  return options
    .filter(({ flags }) => !flags.some((flag) => words.includes(flag)))
    .map(({ flags: [word = ""], about }) => ({ word, about }));
}

/** By what an argument, or the value of an option, is called in the help. */
async function valuesFor(
  written: Written,
  what: string,
  names: KnownNames,
): Promise<readonly Candidate[] | "files"> {
  const { command, positional } = written;
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
    case "host":
      return hostsFor(written, environment, names);
    case "lab":
      return (await names.labs()).map((word) => ({ word, about: "lab" }));
    case "shell":
      return ["bash", "zsh", "fish"].map((word) => ({ word, about: "shell" }));
    case "file":
      return "files";
    default:
      return [];
  }
}

async function hostsFor(
  { command, positional, values }: Written,
  environment: string | undefined,
  names: KnownNames,
): Promise<readonly Candidate[]> {
  if (command.name === "lab") {
    const { aboutNoHost } = await import("./lab-words.ts");
    if (aboutNoHost.has(positional[0] ?? "")) return [];
    return (await names.labHosts(values.get("--name"))).map((word) => ({ word, about: "host" }));
  }
  const all = command.arguments.some(({ name }) => name === "environment") ? [] : await names.environments();
  return [
    ...all.map((word) => ({ word, about: "environment" })),
    ...(await names.hosts(environment))
      .filter((name) => !positional.includes(name))
      .map((word) => ({ word, about: "host" })),
  ];
}
