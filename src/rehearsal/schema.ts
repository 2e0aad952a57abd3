import type { DatabaseSync } from "node:sqlite";
import { checksIn } from "./table-checks.ts";

/** What an application can come to feel of a SQLite database's schema. */
export interface DatabaseSchema {
  readonly tables: Readonly<Record<string, TableSchema>>;
}

export interface TableSchema {
  readonly kind: "table" | "view";
  readonly columns: Readonly<Record<string, ColumnSchema>>;
  /** `index (venue_id, starts_at)`, `unique index (email)`; the primary key is told by the columns. */
  readonly indexes: readonly string[];
  /** `foreign key (venue_id) references venues (id) on delete cascade`. */
  readonly foreignKeys: readonly string[];
  /** `check (price >= 0)`. */
  readonly checks: readonly string[];
  /** `trigger bookings_search`. */
  readonly triggers: readonly string[];
}

export interface ColumnSchema {
  /** In lower case; empty where none is declared. */
  readonly type: string;
  readonly notNull: boolean;
  /** As it is written: `0`, `'draft'`, `CURRENT_TIMESTAMP`. */
  readonly default: string | undefined;
  /** The place in the primary key from 1 on; 0 outside it. */
  readonly primaryKey: number;
  readonly generated: boolean;
}

/** cozy's own tables in an application's database. */
const own = /^cozy_/;

/** Reads the schema; SQLite's own tables, virtual ones with what they keep, and cozy's are left out. */
export function readSchema(database: DatabaseSync): DatabaseSchema {
  const rows = database
    .prepare("SELECT name, type FROM pragma_table_list WHERE schema = 'main' ORDER BY name")
    .all();
  const tables: [string, TableSchema][] = [];
  for (const { name, type } of rows.map((row) => ({
    name: String(row["name"]),
    type: String(row["type"]),
  }))) {
    if ((type !== "table" && type !== "view") || name.startsWith("sqlite_") || own.test(name)) continue;
    tables.push([name, readTable(database, name, type)]);
  }
  return { tables: Object.fromEntries(tables) };
}

/** The names of the tables that rows can be written to. */
export function tableNames({ tables }: DatabaseSchema): string[] {
  return Object.keys(tables).filter((name) => tables[name]?.kind === "table");
}

function readTable(database: DatabaseSync, table: string, kind: TableSchema["kind"]): TableSchema {
  const sql = database
    .prepare("SELECT sql FROM sqlite_schema WHERE name = ? AND type = ?")
    .get(table, kind)?.["sql"];
  const triggers = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?")
    .all(table);
  return {
    kind,
    columns: readColumns(database, table),
    indexes: readIndexes(database, table),
    foreignKeys: readForeignKeys(database, table),
    checks: kind === "table" && typeof sql === "string" ? checksIn(sql) : [],
    triggers: triggers.map(({ name }) => `trigger ${String(name)}`).sort(),
  };
}

/** A hidden column of 2 or 3 is generated. */
function readColumns(database: DatabaseSync, table: string): Record<string, ColumnSchema> {
  const rows = database.prepare("SELECT * FROM pragma_table_xinfo(?)").all(table);
  return Object.fromEntries(
    rows.map((row): [string, ColumnSchema] => [
      String(row["name"]),
      {
        type: String(row["type"]).toLowerCase(),
        notNull: row["notnull"] === 1,
        default: row["dflt_value"] === null ? undefined : String(row["dflt_value"]),
        primaryKey: Number(row["pk"]),
        generated: row["hidden"] === 2 || row["hidden"] === 3,
      },
    ]),
  );
}

function readIndexes(database: DatabaseSync, table: string): string[] {
  const rows = database.prepare("SELECT * FROM pragma_index_list(?)").all(table);
  return rows
    .filter(({ origin }) => origin !== "pk")
    .map(
      (row) =>
        `${row["unique"] === 1 ? "unique index" : "index"} ${indexedBy(database, String(row["name"]))}`,
    )
    .sort();
}

/** By its columns, because its name is nothing that an application feels; an expression or a condition only stands in its SQL. */
function indexedBy(database: DatabaseSync, index: string): string {
  const sql = database
    .prepare("SELECT sql FROM sqlite_schema WHERE name = ? AND type = 'index'")
    .get(index)?.["sql"];
  const parts = database.prepare("SELECT * FROM pragma_index_xinfo(?) WHERE key = 1").all(index);
  const plain = typeof sql !== "string" || !/\bwhere\b/i.test(sql);
  if (plain && parts.every(({ name }) => name !== null)) {
    return `(${parts.map(({ name, desc }) => `${String(name)}${desc === 1 ? " desc" : ""}`).join(", ")})`;
  }
  const text = String(sql);
  return text.slice(text.indexOf("(")).replaceAll(/\s+/g, " ");
}

function readForeignKeys(database: DatabaseSync, table: string): string[] {
  const rows = database.prepare("SELECT * FROM pragma_foreign_key_list(?) ORDER BY id, seq").all(table);
  const byId = Map.groupBy(rows, ({ id }) => Number(id));
  return [...byId.values()]
    .map((parts) => {
      const [first] = parts;
      const from = parts.map((part) => String(part["from"])).join(", ");
      const to = parts.flatMap((part) => (part["to"] === null ? [] : [String(part["to"])])).join(", ");
      const action = String(first?.["on_delete"] ?? "").toLowerCase();
      const deleted = action === "no action" || action === "" ? "" : ` on delete ${action}`;
      return `foreign key (${from}) references ${String(first?.["table"])}${to === "" ? "" : ` (${to})`}${deleted}`;
    })
    .sort();
}
