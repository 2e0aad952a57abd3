/** A directive of an nginx file, or an entry of a `map`, `types` and the like. */
export interface Directive {
  readonly name: string;
  /** Without quotes and escapes. */
  readonly args: readonly string[];
  /** From 1. */
  readonly line: number;
  /** Where it has braces. */
  readonly block?: readonly Directive[];
}

/** Text that nginx would not read. */
export class NginxSyntaxError extends Error {
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** The directives of a text, as nginx reads them: words, quotes, escapes, comments and braces. Knows no directive's meaning. */
export function parseNginx(text: string): readonly Directive[] {
  const tokens = tokensOf(text);
  const { block, rest } = parseBlock(tokens, 0, undefined);
  const left = tokens[rest];
  if (left !== undefined) throw new NginxSyntaxError("a } without its {", left.line);
  return block;
}

interface Token {
  readonly kind: "word" | ";" | "{" | "}";
  readonly text: string;
  readonly line: number;
}

function parseBlock(
  tokens: readonly Token[],
  from: number,
  opened: Token | undefined,
): { readonly block: readonly Directive[]; readonly rest: number } {
  const block: Directive[] = [];
  let words: Token[] = [];
  let at = from;
  for (;;) {
    const token = tokens[at];
    at += 1;
    if (token === undefined || token.kind === "}") {
      const [first] = words;
      if (first !== undefined) throw new NginxSyntaxError(`no ; after ${first.text}`, first.line);
      if (token === undefined && opened !== undefined)
        throw new NginxSyntaxError("a { without its }", opened.line);
      return { block, rest: token === undefined || opened === undefined ? at - 1 : at };
    }
    if (token.kind === "word") {
      words.push(token);
      continue;
    }
    const [name, ...args] = words;
    if (name === undefined) throw new NginxSyntaxError(`a ${token.kind} without a directive`, token.line);
    const directive = { name: name.text, args: args.map(({ text }) => text), line: name.line };
    words = [];
    if (token.kind === ";") {
      block.push(directive);
      continue;
    }
    const inner = parseBlock(tokens, at, token);
    at = inner.rest;
    block.push({ ...directive, block: inner.block });
  }
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === "\n") line += 1;
    if (/\s/.test(character)) {
      at += 1;
    } else if (character === "#") {
      const end = text.indexOf("\n", at);
      at = end === -1 ? text.length : end;
    } else if (character === ";" || character === "{" || character === "}") {
      tokens.push({ kind: character, text: character, line });
      at += 1;
    } else {
      const { word, end } = character === '"' || character === "'" ? quoted(text, at, line) : bare(text, at);
      tokens.push({ kind: "word", text: word, line });
      line += text.slice(at, end).split("\n").length - 1;
      at = end;
    }
  }
  return tokens;
}

interface Word {
  readonly word: string;
  readonly end: number;
}

function quoted(text: string, from: number, line: number): Word {
  const quote = text.charAt(from);
  let word = "";
  for (let at = from + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === quote) {
      const after = text.charAt(at + 1);
      if (after !== "" && !/[\s;{)]/.test(after))
        throw new NginxSyntaxError(`${after} right after a quote`, line);
      return { word, end: at + 1 };
    }
    if (character === "\\") {
      word += escaped(text.charAt(at + 1));
      at += 1;
    } else word += character;
  }
  throw new NginxSyntaxError("a quote that does not end", line);
}

/** Until a space, a semicolon or a brace; `${name}` is part of the word. */
function bare(text: string, from: number): Word {
  let word = "";
  let at = from;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (/[\s;]/.test(character) || (character === "{" && text.charAt(at - 1) !== "$")) break;
    if (character === "\\") {
      word += escaped(text.charAt(at + 1));
      at += 1;
    } else word += character;
  }
  return { word, end: Math.min(at, text.length) };
}

function escaped(character: string): string {
  const known: Readonly<Record<string, string>> = {
    '"': '"',
    "'": "'",
    "\\": "\\",
    t: "\t",
    r: "\r",
    n: "\n",
  };
  return known[character] ?? `\\${character}`;
}
