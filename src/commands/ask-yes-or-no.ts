import { ReadStream } from "node:tty";
import { terminalKeys } from "../questions/key-presses.ts";
import type { CommandContext } from "./command-context.ts";

/** What a person at the terminal says, by one key; `undefined` where nobody can press one: in CI, behind a pipe, with `--json`. */
export async function askYesOrNo(
  { stdin, stdout, json, env, signal }: CommandContext,
  question: string,
): Promise<"yes" | "no" | undefined> {
  if (stdout.isTTY !== true || json || env["CI"] || !(stdin instanceof ReadStream)) return undefined;
  stdout.write(`${question}\n\nPress y for yes, n for no.\n`);
  const keys = terminalKeys(stdin, (raised) => process.kill(process.pid, raised));
  const meanings: Readonly<Record<string, string>> = { y: "yes", n: "no" };
  const answer = await keys.next((key) => meanings[key], signal);
  return answer === "yes" ? "yes" : "no";
}
