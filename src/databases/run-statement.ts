import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { Json } from "../shared/json.ts";

export interface StatementResult {
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, SQLOutputValue>>[];
  /** Rows that it changed. */
  readonly changed: number;
  readonly gives: "rows" | "changes";
}

/** Carries out one statement. */
export function runStatement(database: DatabaseSync, sql: string): StatementResult {
  const statement = database.prepare(sql);
  statement.setReadBigInts(true);
  const before = totalChanges(database);
  const rows = statement.all();
  const changed = totalChanges(database) - before;
  // Not there before Node 22.16; without it only a row tells the names.
  const named = "columns" in statement ? statement.columns().map(({ name }) => name) : undefined;
  const columns = named ?? Object.keys(rows[0] ?? {});
  const gives = columns.length > 0 || (changed === 0 && startsLikeQuestion(sql)) ? "rows" : "changes";
  return { columns, rows, changed, gives };
}

export function resultJson({ rows, changed, gives }: StatementResult): Json {
  if (gives === "changes") return { changed };
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, valueJson(value)])),
  );
}

function totalChanges(database: DatabaseSync): number {
  return Number(database.prepare("SELECT total_changes() AS count").get()?.["count"] ?? 0);
}

function startsLikeQuestion(sql: string): boolean {
  return /^\s*(select|values|with|explain)\b/i.test(sql);
}

function valueJson(value: SQLOutputValue): Json {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (typeof value !== "bigint") return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}
