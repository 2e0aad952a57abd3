import { hasStrings, isFields, parseKept } from "../../artifacts/kept-file.ts";
import type { CiRun } from "../../engine/who.ts";
import type { Project } from "../../project/project.ts";
import { isRequestsOfOthers, type RequestsOfOthers } from "../../promises/requests-of-others.ts";

/** A command that cozy is to carry out on a host itself, as it goes there: a file that only the deployer's user may read. */
export interface Order {
  readonly format: 1;
  /** What stands behind `cozy` on the command line. */
  readonly argv: readonly string[];
  /** As the deployer's project file says now: where values come from is in it, and no value of a secret. */
  readonly project: Project;
  /** The host's name in the environment. */
  readonly host: string;
  readonly who: Deployer;
  /** Whether the input is only kept open by the deployer, and its end means that nobody is there any more; else it is the command's. */
  readonly endsWithInput: boolean;
  readonly terminal: OrderTerminal;
  /** What the other servers counted, for a command that wants to know. */
  readonly others?: RequestsOfOthers | undefined;
}

/** Who gave the order, and from which machine. */
export interface Deployer {
  readonly user: string;
  readonly host: string;
  readonly ci?: CiRun | undefined;
}

/** What the deployer's terminal is like, for a command whose own output is a pipe. */
export interface OrderTerminal {
  readonly stdout: OrderStream;
  readonly stderr: OrderStream;
  /** Variables that colours and marks are chosen by. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface OrderStream {
  readonly isTTY: boolean;
  readonly columns: number | undefined;
}

const terminalVariables = [
  "TERM",
  "COLORTERM",
  "NO_COLOR",
  "FORCE_COLOR",
  "LANG",
  "LC_ALL",
  "LC_CTYPE",
  "CI",
];

/** Those of the deployer's variables that an order takes along. Pure. */
export function terminalVariablesIn(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    terminalVariables.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

export function orderText(order: Order): string {
  return `${JSON.stringify(order)}\n`;
}

/** Reads an order that has arrived; one of a newer format is refused. */
export function parseOrder(file: string, text: string): Order {
  return parseKept(file, text, isOrder);
}

function isOrder(value: unknown): value is Order {
  if (!hasStrings(value, "host") || !Array.isArray(value["argv"])) return false;
  const { project, who, terminal, others } = value;
  if (others !== undefined && !isRequestsOfOthers(others)) return false;
  if (!hasStrings(project, "name") || !isFields(project["environments"])) return false;
  return hasStrings(who, "user", "host") && isFields(terminal) && isFields(terminal["stdout"]);
}
