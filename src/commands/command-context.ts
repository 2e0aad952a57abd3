import type { EventEmitter } from "node:events";
import type { Readable, Writable } from "node:stream";

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
  readonly configPath: string | undefined;
  readonly version: string;
}

/** Writes a result: as JSON for a program, else as text for a person. */
export function printResult(context: CommandContext, value: unknown, text: () => string): void {
  context.stdout.write(context.json ? `${JSON.stringify(value, undefined, 2)}\n` : `${text()}\n`);
}
