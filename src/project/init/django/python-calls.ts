/** A call of a function in a Python text, as far as `cozy init` understands one. */
export interface PythonCall {
  /** `os.environ.get`, `env.bool`, `config`. */
  readonly name: string;
  /** The texts of its arguments, `default=…` among them. */
  readonly arguments: readonly string[];
  readonly index: number;
  /** Where it has ended. */
  readonly end: number;
  /** What stands on the same line before the call. */
  readonly before: string;
  /** What follows the call on its line. */
  readonly after: string;
}

/** The calls of functions whose name matches. */
export function pythonCalls(text: string, names: RegExp): PythonCall[] {
  const calls: PythonCall[] = [];
  for (const match of text.matchAll(/(?<![\w.])((?:\w+\.)*\w+)\(/g)) {
    const [whole, name = ""] = match;
    if (!names.test(name)) continue;
    const inside = balanced(text, match.index + whole.length);
    if (inside === undefined) continue;
    const before = text.slice(text.lastIndexOf("\n", match.index) + 1, match.index);
    const end = match.index + whole.length + inside.length + 1;
    const [after = ""] = text.slice(end, end + 200).split("\n");
    calls.push({ name, arguments: splitArguments(inside), index: match.index, end, before, after });
  }
  return calls;
}

/** The text of a string literal; `undefined` for any other expression. */
export function stringOf(expression = ""): string | undefined {
  return /^\s*[rbu]?(["'])([^"'\n]*)\1\s*$/i.exec(expression)?.[2];
}

/** Up to the bracket that closes the one before `start`. */
export function balanced(text: string, start: number): string | undefined {
  let depth = 1;
  let quote = "";
  for (let i = start; i < Math.min(text.length, start + 100_000); i += 1) {
    const char = text[i] ?? "";
    if (quote !== "") {
      if (char === "\\") i += 1;
      else if (char === quote) quote = "";
    } else if (char === '"' || char === "'") quote = char;
    else if ("([{".includes(char)) depth += 1;
    else if (")]}".includes(char)) {
      depth -= 1;
      if (depth === 0) return text.slice(start, i);
    }
  }
  return undefined;
}

/** The parts between the commas of a call or a dictionary. */
export function splitArguments(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let quote = "";
  let from = 0;
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i] ?? "";
    if (quote !== "") {
      if (char === "\\") i += 1;
      else if (char === quote) quote = "";
    } else if (char === '"' || char === "'") quote = char;
    else if ("([{".includes(char)) depth += 1;
    else if (")]}".includes(char)) depth -= 1;
    else if (char === "," && depth === 0) {
      found.push(text.slice(from, i).trim());
      from = i + 1;
    }
  }
  const last = text.slice(from).trim();
  return last === "" ? found : [...found, last];
}
