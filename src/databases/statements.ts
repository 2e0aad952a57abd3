export interface SplitStatements {
  /** Those that are complete, each with its semicolon. */
  readonly statements: readonly string[];
  /** What is still being written. */
  readonly rest: string;
}

/**
 * Splits SQL at the semicolons that end a statement: not those within texts, names, comments or the body of a trigger. What holds
 * nothing but comments is left out. Pure.
 */
export function splitStatements(sql: string): SplitStatements {
  const statements: string[] = [];
  let from = 0;
  /** The present statement with its texts and comments blotted out. */
  let bare = "";
  for (let at = 0; at < sql.length;) {
    const skipped = skip(sql, at);
    if (skipped !== undefined) {
      if (skipped.end === undefined) return { statements, rest: sql.slice(from) };
      bare += skipped.stands;
      at = skipped.end;
      continue;
    }
    const character = sql.charAt(at);
    at += 1;
    if (character !== ";") {
      bare += character;
      continue;
    }
    if (isWithinTrigger(bare)) {
      bare += ";";
      continue;
    }
    if (bare.trim() !== "") statements.push(sql.slice(from, at).trim());
    from = at;
    bare = "";
  }
  return { statements, rest: bare.trim() === "" ? "" : sql.slice(from) };
}

/** Whether a text holds nothing that a database would carry out. */
export function isBlank(sql: string): boolean {
  const { statements, rest } = splitStatements(sql);
  return statements.length === 0 && rest === "";
}

interface Skipped {
  /** Behind it; `undefined` where it has not been closed. */
  readonly end: number | undefined;
  readonly stands: string;
}

const closers: Readonly<Record<string, string>> = { "'": "'", '"': '"', "`": "`", "[": "]" };

/** A comment, a text or a quoted name that begins here. A quote is doubled within itself, which reads as two of them in a row. */
function skip(sql: string, at: number): Skipped | undefined {
  const two = sql.slice(at, at + 2);
  if (two === "--") {
    // A comment that ends with the text ends there, and a newline may still come; both are the same to what stands before it.
    const end = sql.indexOf("\n", at);
    return { end: end === -1 ? sql.length : end + 1, stands: " " };
  }
  if (two === "/*") return { end: behind(sql, "*/", at + 2), stands: " " };
  const closer = closers[sql.charAt(at)];
  return closer === undefined ? undefined : { end: behind(sql, closer, at + 1), stands: "x" };
}

function behind(sql: string, closer: string, from: number): number | undefined {
  const at = sql.indexOf(closer, from);
  return at === -1 ? undefined : at + closer.length;
}

/** The body of a trigger holds statements of its own, up to an `END` that follows a semicolon. */
function isWithinTrigger(bare: string): boolean {
  const begins = /^\s*(explain\s+(query\s+plan\s+)?)?create\s+(temp\s+|temporary\s+)?trigger\s/i.test(bare);
  return begins && !/;\s*end\s*$/i.test(bare);
}
