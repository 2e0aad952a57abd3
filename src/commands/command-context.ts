import type { EventEmitter } from "node:events";
import type { Readable, Writable } from "node:stream";
import type { Who } from "../engine/who.ts";
import type { ReleaseAgents } from "../hosts/machine/release-agents.ts";
import type { Project } from "../project/project.ts";
import type { RequestsOfOthers } from "../promises/requests-of-others.ts";

/** All that a command knows of the world outside it; a test hands it another one. */
export interface CommandContext {
  readonly cwd: string;
  readonly homeFolder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly now: () => number;
  /** Aborted by the first Ctrl-C, SIGTERM or closed terminal: end orderly. */
  readonly signal: AbortSignal;
  /** Aborted by the second one: end at once. */
  readonly urgentSignal: AbortSignal;
  /** For a command that hands the terminal to another program: signals are that program's from then on. */
  readonly takeSignals: () => EventEmitter;
  readonly json: boolean;
  /** What has to be ended with the command, however it ends. */
  readonly atEnd?: (end: () => void) => void;
  readonly configPath: string | undefined;
  readonly version: string;
  /** What stands behind `cozy` on the command line. */
  readonly argv?: readonly string[] | undefined;
  /** The project, where it is known already. */
  readonly project?: Project | undefined;
  /** Set where this is cozy on one of the environment's servers, at work for a deployer. */
  readonly onHost?: OnHost | undefined;
}

/** A server that cozy itself runs on. */
export interface OnHost {
  /** The host's name in the environment. */
  readonly name: string;
  /** Who gave the order, and from which machine. */
  readonly who: Pick<Who, "user" | "host" | "ci">;
  /** What of cozy's own lies there for releases. */
  readonly agents: ReleaseAgents;
  /** What the other servers counted for this command; absent where they were not asked. */
  readonly others?: RequestsOfOthers | undefined;
}

/** Writes a result: as JSON for a program, else as text for a person. */
export function printResult(context: CommandContext, value: unknown, text: () => string): void {
  context.stdout.write(context.json ? `${JSON.stringify(value, undefined, 2)}\n` : `${text()}\n`);
}
