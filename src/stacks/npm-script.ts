import { splitCommand } from "../project/command-words.ts";
import { shellLine } from "../hosts/ssh/quote.ts";
import { scriptParts, type ScriptPart } from "./script-parts.ts";

/** What of a `package.json` its scripts are run by. */
export interface PackageScripts {
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly scripts: Readonly<Record<string, string>>;
}

/** A command of a release as it is run. */
export type WithoutNpm =
  /** It asks for no npm. */
  | { readonly kind: "as it is" }
  | { readonly kind: "command"; readonly command: readonly string[]; readonly programs: readonly string[] }
  | Fault;

interface Fault {
  readonly kind: "fault";
  readonly why: string;
}

/**
 * `npm run <script>`, `npm start` and the like as npm would do it: by a shell, in the package's folder, after its `pre` script and before
 * its `post` script; `npx <program>` as the program itself. A release has no npm: on servers there is none, and before a process it would
 * take memory and keep signals from it. `programs` are those that `npx` names, which have to be among the packages. Pure.
 */
export function withoutNpm(words: readonly string[], pkg: PackageScripts): WithoutNpm {
  const asked = askedOf(words);
  if (asked === undefined) return { kind: "as it is" };
  if (asked.kind === "fault") return asked;
  if (asked.kind === "program") {
    return { kind: "command", command: asked.command, programs: asked.command.slice(0, 1) };
  }
  try {
    const steps = stepsOf(asked, pkg, []);
    const variables = npmVariables(asked.name, pkg);
    return {
      kind: "command",
      command: ["env", ...variables, "sh", "-c", inOrder(steps)],
      programs: steps.flatMap((step) => step.programs),
    };
  } catch (error) {
    if (error instanceof Unreadable) return fault(error.message);
    throw error;
  }
}

class Unreadable extends Error {}

type Asked =
  | {
      readonly kind: "script";
      readonly name: string;
      readonly args: readonly string[];
      readonly ifPresent: boolean;
      /** Neither the `pre` nor the `post` script. */
      readonly alone: boolean;
    }
  | { readonly kind: "program"; readonly command: readonly string[] };
type AskedScript = Extract<Asked, { readonly kind: "script" }>;

/** Flags that say how much npm itself prints. */
const quietFlag = /^(-s|-q|-d|--silent|--quiet|--loglevel=\S+|--foreground-scripts|--no-update-notifier)$/;
const runOrders = new Set(["run", "run-script", "rum", "urn"]);
const execOrders = new Set(["exec", "x"]);
const namedOrders: Readonly<Record<string, string>> = {
  start: "start",
  stop: "stop",
  restart: "restart",
  test: "test",
  tst: "test",
  t: "test",
};

/** `undefined` where it is not npm that is asked. */
function askedOf([first, ...rest]: readonly string[]): Asked | Fault | undefined {
  if (first === "npx") return askedProgram(rest);
  if (first !== "npm") return undefined;
  const at = rest.findIndex((word) => !quietFlag.test(word));
  const [order = "", ...after] = at === -1 ? [] : rest.slice(at);
  if (execOrders.has(order)) return askedProgram(after);
  if (runOrders.has(order)) return askedScript(after);
  const named = namedOrders[order];
  if (named !== undefined) return askedScript([named, ...after]);
  if (order.startsWith("-")) return strange([order]);
  return fault(`npm ${order} is nothing that a release can do: all that it has is in its artifact`);
}

/** npm keeps flags to itself up to `--`, and hands on all else. */
function askedScript(words: readonly string[]): Asked | Fault {
  const end = words.indexOf("--");
  const before = end === -1 ? words : words.slice(0, end);
  const flags = before.filter((word) => word.startsWith("-") && !quietFlag.test(word));
  const unknown = flags.filter((flag) => flag !== "--if-present" && flag !== "--ignore-scripts");
  if (unknown.length > 0) return strange(unknown);
  const [name, ...args] = before.filter((word) => !word.startsWith("-"));
  if (name === undefined) return fault("it names no script");
  return {
    kind: "script",
    name,
    args: [...args, ...(end === -1 ? [] : words.slice(end + 1))],
    ifPresent: flags.includes("--if-present"),
    alone: flags.includes("--ignore-scripts"),
  };
}

const npxFlag = /^(--no|--no-install|--offline|-y|--yes|--)$/;

function askedProgram(words: readonly string[]): Asked | Fault {
  const at = words.findIndex((word) => !npxFlag.test(word) && !quietFlag.test(word));
  const command = at === -1 ? [] : words.slice(at);
  const [name] = command;
  if (name === undefined) return fault("it names no program");
  if (name.startsWith("-")) return strange([name]);
  if (/^[\w.-]+$/.test(name)) return { kind: "program", command };
  return fault(`${name} is fetched when it is asked for, and a release has only what its lock file names`);
}

function strange(flags: readonly string[]): Fault {
  return fault(`${flags.join(" ")} is for npm itself; what is for the script stands after --`);
}

function fault(why: string): Fault {
  return { kind: "fault", why };
}

/** A part of what a shell runs; those after one that fails are not run. */
interface Step {
  readonly text: string;
  /** Whether it is one program, which can take the place of the shell. */
  readonly isProgram: boolean;
  readonly programs: readonly string[];
}

function stepsOf(asked: AskedScript, pkg: PackageScripts, within: readonly string[]): readonly Step[] {
  const { name, args, ifPresent, alone } = asked;
  const own = pkg.scripts[name] ?? (name === "start" ? "node server.js" : undefined);
  if (own === undefined) {
    if (ifPresent) return [{ text: "true", isProgram: true, programs: [] }];
    const names = Object.keys(pkg.scripts).join(", ");
    throw new Unreadable(`package.json has no script ${name}${names === "" ? "" : `: it has ${names}`}`);
  }
  if (within.includes(name)) throw new Unreadable(`the script ${name} runs itself`);
  const inside = [...within, name];
  const around = (which: string): readonly Step[] => {
    const text = alone ? undefined : pkg.scripts[which];
    return text === undefined ? [] : bodySteps(which, text, pkg, inside);
  };
  const body = bodySteps(name, args.length === 0 ? own : `${own} ${shellLine(args)}`, pkg, inside);
  const [before, after] = [around(`pre${name}`), around(`post${name}`)];
  return [...together(before), ...(after.length === 0 ? body : [...together(body), ...after])];
}

function bodySteps(
  name: string,
  text: string,
  pkg: PackageScripts,
  within: readonly string[],
): readonly Step[] {
  const parts = scriptParts(text);
  const moved = parts.findIndex((part) => /^cd(\s|$)/.test(part.text));
  return parts.flatMap((part, at) => {
    const isLast = at === parts.length - 1;
    if (!part.asksNpm) return [{ text: part.text, isProgram: part.isProgram, programs: [] }];
    const asked = part.isProgram ? nestedOf(part) : undefined;
    if (asked === undefined || asked.kind === "fault" || (moved !== -1 && moved < at)) {
      const why = asked?.kind === "fault" ? `: ${asked.why}` : "";
      throw new Unreadable(`its script ${name} asks npm in a way that can't be followed${why}`);
    }
    const set = part.assignments === "" ? [] : [plainStep(`export ${part.assignments}`)];
    const nested =
      asked.kind === "program"
        ? [{ text: shellLine(asked.command), isProgram: true, programs: asked.command.slice(0, 1) }]
        : stepsOf(asked, pkg, within);
    return isLast ? [...set, ...nested] : together([...set, ...nested]);
  });
}

function nestedOf({ text, assignments }: ScriptPart): Asked | Fault | undefined {
  const words = splitCommand(text.slice(assignments.length).trim());
  // What the shell would still put in can't be read here.
  return words.ok && !/[$*?[~]/.test(text) ? askedOf(words.words) : undefined;
}

function plainStep(text: string): Step {
  return { text, isProgram: false, programs: [] };
}

/** As if they had a shell of their own. */
function together(steps: readonly Step[]): readonly Step[] {
  if (steps.length === 0) return [];
  const text = `(\n${steps.map((step) => `${step.text} || exit`).join("\n")}\n)`;
  return [{ text, isProgram: false, programs: steps.flatMap((step) => step.programs) }];
}

/** The last one takes the place of the shell where it can, so that signals reach it. */
function inOrder(steps: readonly Step[]): string {
  return steps
    .map(({ text, isProgram }, at) => {
      if (at < steps.length - 1) return `${text} || exit`;
      if (!isProgram) return text;
      return /^[A-Za-z_]\w*=/.test(text) ? `exec env ${text}` : `exec ${text}`;
    })
    .join("\n");
}

function npmVariables(script: string, { name, version }: PackageScripts): readonly string[] {
  return [
    `npm_lifecycle_event=${script}`,
    ...(name === undefined ? [] : [`npm_package_name=${name}`]),
    ...(version === undefined ? [] : [`npm_package_version=${version}`]),
  ];
}
