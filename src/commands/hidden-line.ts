import { readKeys, type Raise, type TerminalInput } from "../questions/read-keys.ts";

const lineEnds = new Set(["\r", "\n", "\u0004"]);
const backspaces = new Set(["\u007f", "\b"]);
const ctrlU = "\u0015";

/**
 * Reads a line that the terminal does not show. Backspace takes a character back, Ctrl-U all of them. `undefined` where more came
 * behind the line's end at once: a text of several lines was pasted, and half of it would be a wrong value.
 */
export async function hiddenLine(
  stdin: TerminalInput,
  raise: Raise,
  signal: AbortSignal,
): Promise<string | undefined> {
  let typed: string[] = [];
  const take = (key: string, after: readonly string[]): { readonly line: string | undefined } | undefined => {
    if (lineEnds.has(key)) return { line: after.join("").trim() === "" ? typed.join("") : undefined };
    if (backspaces.has(key)) typed.pop();
    else if (key === ctrlU) typed = [];
    else typed.push(key);
    return undefined;
  };
  return (await readKeys(stdin, raise, take, signal)).line;
}
