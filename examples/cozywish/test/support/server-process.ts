import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { after } from "node:test";

export const root = path.resolve(import.meta.dirname, "../..");

export type Program = {
  child: ChildProcess;
  output: () => string;
  /** Whether it has ended, and all of its output is here. */
  hasEnded: () => boolean;
  /** The exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals | null>;
};

/** Runs one of our programs as its own process; ended with the tests, whatever happens. */
export function run(program: string, environment: Record<string, string>): Program {
  const child = spawn(process.execPath, [path.join(root, "src", program)], {
    env: { PATH: process.env["PATH"], ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  let closed = false;
  child.once("close", () => (closed = true));
  const ended = once(child, "close").then(
    ([code, signal]) => (code ?? signal) as number | NodeJS.Signals | null,
  );
  after(() => child.kill("SIGKILL"));
  return { child, output: () => output, hasEnded: () => closed, ended };
}

/** Starts the server and waits until it listens. @returns the program and the address it listens on */
export async function startServer(
  environment: Record<string, string>,
): Promise<Program & { address: string }> {
  const program = run("server.ts", environment);
  const address = await until(
    () => /"event":"listening","address":"([^"]+)"/.exec(program.output())?.[1],
    program,
  );
  return { ...program, address };
}

/** Asks again and again until there is an answer; a program that has ended won't give one. */
export async function until<Answer>(ask: () => Answer | undefined, program: Program): Promise<Answer> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const ended = program.hasEnded();
    const answer = ask();
    if (answer !== undefined) return answer;
    if (ended || Date.now() > deadline) throw new Error(`gave up on:\n${program.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
