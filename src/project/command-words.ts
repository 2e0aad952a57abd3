/** What a command written as one string came to: its words, or why it can't be run as it stands. */
export type CommandWords =
  | { readonly ok: true; readonly words: readonly string[] }
  | { readonly ok: false; readonly reason: string };

const shellOnly = /[|&;<>`$()\n]/;

/**
 * Splits a command into words: blanks separate, quotes hold together, a backslash takes the next character as it is. No shell is
 * behind it, so what only a shell understands is refused instead of being handed to the program as an odd argument.
 */
export function splitCommand(text: string): CommandWords {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i] ?? "";
    if (char === "\\" && quote !== "'") {
      i += 1;
      if (i === text.length) return { ok: false, reason: "ends in a backslash" };
      word = (word ?? "") + text[i];
    } else if (quote !== "") {
      if (char === quote) quote = "";
      else word = (word ?? "") + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= "";
    } else if (char === " " || char === "\t") {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (shellOnly.test(char)) {
      return {
        ok: false,
        reason: `has \`${char === "\n" ? "\\n" : char}\`, which only a shell understands, and no shell runs it; write ["sh", "-c", "…"] where you mean one`,
      };
    } else {
      word = (word ?? "") + char;
    }
  }
  if (quote !== "") return { ok: false, reason: `opens a quote ${quote} that it does not close` };
  if (word !== undefined) words.push(word);
  return words.length === 0 ? { ok: false, reason: "is empty" } : { ok: true, words };
}
