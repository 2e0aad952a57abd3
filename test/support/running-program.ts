import { spawn } from "node:child_process";
import { until } from "./sandbox.ts";

/** A program that a test does something to while it runs. */
export interface RunningProgram {
  readonly pid: number;
  /** All that it said so far. */
  said(): string;
  /** Waits until it has said this. */
  says(text: string): Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly text: string }>;
}

export function startProgram(
  command: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): RunningProgram {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  const ended = new Promise<{ code: number | null; text: string }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, text }));
  });
  return {
    pid: child.pid ?? 0,
    said: () => text,
    ended,
    async says(wanted) {
      const isOver = () => child.exitCode !== null || child.signalCode !== null;
      await until(`"${wanted}" is said`, async () => text.includes(wanted) || isOver(), 60_000);
      if (!text.includes(wanted)) throw new Error(`it ended without saying "${wanted}": ${text}`);
    },
  };
}
