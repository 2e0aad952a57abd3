import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;

export type Running = { readonly url: string; readonly stop: () => Promise<void> };

type Place = { readonly folder: string; readonly env: NodeJS.ProcessEnv };

/** @throws with all that it said, where it does not end with 0 */
export async function runToEnd(command: readonly string[], place: Place): Promise<void> {
  const { child, output } = begin(command, place);
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}:\n${output()}`);
}

/** Starts a server, and waits until it answers. */
export async function startAnswering(
  command: readonly string[],
  { url, ...place }: Place & { readonly url: string },
): Promise<Running> {
  const { child, output } = begin(command, place);
  const endWithUs = () => child.kill("SIGKILL");
  process.once("exit", endWithUs);
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answers(url))) {
    if (Date.now() > deadline || child.exitCode !== null) {
      child.kill("SIGKILL");
      throw new Error(`${command.join(" ")} does not answer at ${url}:\n${output()}`);
    }
    await sleep(50);
  }
  return {
    url,
    stop: async () => {
      process.off("exit", endWithUs);
      await end(child);
    },
  };
}

function begin(command: readonly string[], { folder, env }: Place) {
  const [program = "", ...words] = command;
  const child = spawn(program, words, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const keep = (chunk: Buffer) => (output += chunk.toString());
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  return { child, output: () => output };
}

async function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    (answer) => answer.ok,
    () => false,
  );
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(late);
}
