/**
 * The `CHECK` conditions within a `CREATE TABLE` statement, which SQLite tells of nowhere else: `check (price >= 0)`, sorted. Texts,
 * quoted names and comments are stepped over. Pure.
 */
export function checksIn(sql: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < sql.length;) {
    const end = quotedEnd(sql, at);
    if (end !== undefined) {
      at = end;
      continue;
    }
    const word = /^check\s*\(/i.exec(sql.slice(at, at + 200));
    if (word === null || /\w/.test(sql.charAt(at - 1))) {
      at += 1;
      continue;
    }
    const open = at + word[0].length - 1;
    const close = closing(sql, open);
    found.push(`check ${sql.slice(open, close).replaceAll(/\s+/g, " ")}`);
    at = close;
  }
  return found.sort();
}

/** Behind the bracket that closes the one at `open`, or the end of the text. */
function closing(sql: string, open: number): number {
  let depth = 0;
  for (let at = open; at < sql.length;) {
    const end = quotedEnd(sql, at);
    if (end !== undefined) {
      at = end;
      continue;
    }
    const character = sql.charAt(at);
    depth += character === "(" ? 1 : character === ")" ? -1 : 0;
    at += 1;
    if (depth === 0) return at;
  }
  return sql.length;
}

const closers: Readonly<Record<string, string>> = { "'": "'", '"': '"', "`": "`", "[": "]" };

/** Behind a text, a quoted name or a comment that begins here. A quote doubled within itself reads as two texts in a row. */
function quotedEnd(sql: string, at: number): number | undefined {
  const two = sql.slice(at, at + 2);
  if (two === "--") return endOf(sql, "\n", at);
  if (two === "/*") return endOf(sql, "*/", at + 2);
  const closer = closers[sql.charAt(at)];
  return closer === undefined ? undefined : endOf(sql, closer, at + 1);
}

function endOf(sql: string, closer: string, from: number): number {
  const at = sql.indexOf(closer, from);
  return at === -1 ? sql.length : at + closer.length;
}
