import { basename } from "node:path";
import { openSqlite } from "../databases/open-sqlite.ts";
import { resultJson, runStatement, type StatementResult } from "../databases/run-statement.ts";
import { sqliteShell, statementFault } from "../databases/sqlite-shell.ts";
import { splitStatements } from "../databases/statements.ts";
import { findProgram } from "../development/find-program.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { runInteractively } from "../hosts/this-machine/run-interactively.ts";
import { resultText } from "./db-text.ts";
import type { DatabaseRequest } from "./db.ts";

/** sqlite3 for a person who has it; cozy's own shell for all else, so that scripts get the same everywhere. */
export async function openSqliteShell(request: DatabaseRequest<"sqlite">): Promise<number> {
  const { context, environment, write, sql } = request;
  if (sql !== undefined) return carryOut(request, sql);
  const atTerminal = "isTTY" in context.stdin && context.stdin.isTTY === true;
  if (atTerminal) context.stderr.write(`${greeting(request)}\n`);
  const prompt = `${environment} ${write ? "(WRITES)" : "(read-only)"}> `;
  const { env, json, stdin, stdout, stderr, signal } = context;
  if (atTerminal && !json && (await findProgram("sqlite3", env, process.platform)) !== undefined) {
    return theirShell(request);
  }
  const database = openSqlite(request.address.file, { write });
  try {
    const show = json ? jsonLine : resultText;
    const parts = {
      database,
      input: stdin,
      output: stdout,
      errors: stderr,
      atTerminal,
      prompt,
      show,
      signal,
    };
    return await sqliteShell({ ...parts, howToWrite: howToWrite(environment) });
  } finally {
    database.close();
  }
}

function theirShell({ context, environment, address, write }: DatabaseRequest<"sqlite">): Promise<number> {
  const { env, cwd } = context;
  // Its prompts have room for 19 characters, and lose their ends beyond.
  const prompt = `${environment.slice(0, 10)} ${write ? "WRITES" : "ro"}> `;
  const further = "...> ".padStart(prompt.length);
  const options = write ? [] : ["-readonly"];
  const command = ["sqlite3", ...options, "-cmd", `.prompt "${prompt}" "${further}"`, address.file];
  const variables = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const limits = { memoryBytes: undefined, openFiles: undefined };
  return runInteractively(
    { command, folder: cwd, variables, limits },
    { signals: context.takeSignals(), atTerminal: true },
  );
}

function carryOut({ context, environment, address, write }: DatabaseRequest<"sqlite">, sql: string): number {
  const { statements: whole, rest } = splitStatements(`${sql}\n;`);
  const statements = rest === "" ? whole : [...whole, rest]; // an unclosed text is for the database to refuse
  if (context.json && statements.length > 1) {
    throw new CozyError("wrong-usage", {
      message: `--json prints what one statement gives, and there are ${statements.length}.`,
    });
  }
  const database = openSqlite(address.file, { write });
  try {
    for (const statement of statements) {
      const result = runStatement(database, statement);
      const text = context.json ? JSON.stringify(resultJson(result), undefined, 2) : resultText(result);
      context.stdout.write(`${text}\n`);
    }
    return 0;
  } catch (error) {
    throw new CozyError("statement-failed", {
      message: `The database of ${environment} refused a statement: ${statementFault(error, howToWrite(environment))}.`,
      state: write ? "Statements before it have been carried out." : "Nothing was changed.",
      cause: error,
    });
  } finally {
    database.close();
  }
}

function jsonLine(result: StatementResult): string {
  return JSON.stringify(resultJson(result));
}

function greeting({ environment, address, write }: DatabaseRequest<"sqlite">): string {
  const file = basename(address.file);
  return write
    ? `${environment}: ${file}. What you change here is changed for everybody, and there is no way back.`
    : `${environment}: ${file}, to read only (${howToWrite(environment)}). Statements end with a semicolon; .tables, .schema, .quit.`;
}

function howToWrite(environment: string): string {
  return `cozy db ${environment} --write lets you change it`;
}
