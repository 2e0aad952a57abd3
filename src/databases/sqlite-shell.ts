import type { DatabaseSync } from "node:sqlite";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { messageOf } from "../shared/thrown.ts";
import { runStatement, type StatementResult } from "./run-statement.ts";
import { isBlank, splitStatements } from "./statements.ts";

export interface SqliteShell {
  readonly database: DatabaseSync;
  readonly input: Readable;
  readonly output: Writable;
  readonly errors: Writable;
  /** A person sits there: there is a prompt, and lines can be edited. */
  readonly atTerminal: boolean;
  /** `staging (read-only)> ` */
  readonly prompt: string;
  readonly show: (result: StatementResult) => string;
  /** What makes the database writable, for the error of one that is not. */
  readonly howToWrite: string;
  readonly signal: AbortSignal;
}

const help = `.tables          tables and views
.schema [table]  how they were made
.quit            the end, as Ctrl-D
Anything else is SQL, and ends with a semicolon.`;

/**
 * A prompt on a SQLite database: statements end with a semicolon, and one that fails does not end the shell. Gives the exit code: 1
 * where what came through a pipe has failed somewhere.
 */
export async function sqliteShell(shell: SqliteShell): Promise<number> {
  const { input, output, atTerminal, prompt, signal } = shell;
  const lines = createInterface({ input, terminal: atTerminal, prompt, ...(atTerminal ? { output } : {}) });
  let begun = "";
  let failed = false;
  let ended = false;
  const end = (): void => {
    ended = true; // lines that have been read already still arrive
    lines.close();
  };
  const ask = (): void => {
    if (!atTerminal) return;
    lines.setPrompt(begun === "" ? prompt : "...> ".padStart(prompt.length));
    lines.prompt();
  };
  const carryOut = (sql: string): void => {
    if (!carriedOut(shell, sql)) failed = true;
  };
  const { promise, resolve } = Promise.withResolvers<void>();
  lines.on("line", (line) => {
    if (ended) return;
    if (begun === "" && line.trim().startsWith(".")) {
      if (dotCommand(shell, line.trim()) === "end") return end();
    } else {
      const { statements, rest } = splitStatements(`${begun}${line}\n`);
      for (const statement of statements) carryOut(statement);
      begun = rest;
    }
    ask();
  });
  // Ctrl-C takes back what was being written.
  lines.on("SIGINT", () => {
    begun = "";
    output.write("\n");
    ask();
  });
  lines.on("close", resolve);
  signal.addEventListener("abort", end);
  ask();
  await promise;
  signal.removeEventListener("abort", end);
  // Ctrl-D leaves the cursor behind the prompt; what a pipe left without its semicolon is meant all the same.
  if (!ended && atTerminal) output.write("\n");
  else if (!ended && !isBlank(`${begun};`)) carryOut(begun);
  return failed && !atTerminal ? 1 : 0;
}

function carriedOut({ database, output, errors, show, howToWrite }: SqliteShell, sql: string): boolean {
  try {
    output.write(`${show(runStatement(database, sql))}\n`);
    return true;
  } catch (error) {
    errors.write(`error: ${statementFault(error, howToWrite)}\n`);
    return false;
  }
}

/** Why a statement was refused, and how to be allowed to write where that is the reason. */
export function statementFault(error: unknown, howToWrite: string): string {
  const readOnly = 8; // SQLITE_READONLY
  const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : undefined;
  return code === readOnly ? `${messageOf(error)} (${howToWrite})` : messageOf(error);
}

function dotCommand({ database, output, errors }: SqliteShell, line: string): "end" | undefined {
  const [name = "", argument] = line.replace(/;$/, "").split(/\s+/);
  if (name === ".quit" || name === ".exit") return "end";
  if (name === ".help") output.write(`${help}\n`);
  else if (name === ".tables")
    output.write(
      namesOf(database)
        .map((each) => `${each}\n`)
        .join(""),
    );
  else if (name === ".schema") output.write(schemaOf(database, argument));
  else errors.write(`error: there is no ${name}; .help says what there is\n`);
  return undefined;
}

function namesOf(database: DatabaseSync): string[] {
  const sql =
    "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite~_%' ESCAPE '~' AND name NOT LIKE 'cozy~_%' ESCAPE '~' ORDER BY name";
  return database
    .prepare(sql)
    .all()
    .map(({ name }) => String(name));
}

function schemaOf(database: DatabaseSync, table: string | undefined): string {
  const sql =
    "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND (tbl_name = ?1 COLLATE NOCASE OR ?1 IS NULL AND tbl_name NOT LIKE 'cozy~_%' ESCAPE '~') ORDER BY tbl_name, type DESC, name";
  return database
    .prepare(sql)
    .all(table ?? null)
    .map(({ sql }) => `${String(sql)};\n`)
    .join("");
}
