import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  readonly exit: Promise<Exit>;
  /** Aborted when it has ended. */
  readonly gone: AbortSignal;
  signal(name: NodeJS.Signals): void;
}

/** As a shell says that a command is not there. */
const notFound = 127;

/** Starts the command with the port in its environment, and in its words where they have a place for it. */
export function childOf(command: readonly string[], port: number): Child {
  const [program = "", ...args] = command.map((word) => word.replaceAll("{port}", String(port)));
  const over = new AbortController();
  const child = spawn(program, args, { stdio: "inherit", env: environmentFor(port) });
  const exit = new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", (error) => {
      if (child.pid !== undefined) return; // a signal could not be sent: it is about to end
      process.stderr.write(`${program} could not be started: ${error.message}\n`);
      resolve({ code: notFound, signal: null });
    });
  });
  void exit.then(() => over.abort());
  return { exit, gone: over.signal, signal: (name) => void child.kill(name) };
}

/** What the application says of its host itself counts first; it may mean another thing by it. */
function environmentFor(port: number): NodeJS.ProcessEnv {
  const loopback = { HOST: "127.0.0.1", HOSTNAME: "127.0.0.1" };
  const { NODE_OPTIONS: _, ...own } = process.env;
  return { ...loopback, ...own, ...nodeOptions(), PORT: String(port) };
}

/**
 * The application's own options for Node, which are kept from the relay: they may name modules of the application. They are with the
 * release's other variables.
 */
function nodeOptions(): { readonly NODE_OPTIONS?: string } {
  const file = join(import.meta.dirname, "..", "environment.json");
  let variables: unknown;
  try {
    ({ variables } = JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return {}; // not in a release's folder: there is nothing to bring back
  }
  if (typeof variables !== "object" || variables === null || !("NODE_OPTIONS" in variables)) return {};
  return typeof variables.NODE_OPTIONS === "string" ? { NODE_OPTIONS: variables.NODE_OPTIONS } : {};
}
