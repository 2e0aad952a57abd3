import type { ColumnSchema, DatabaseSchema, TableSchema } from "./schema.ts";

/** One difference between two schemas, in words. */
export interface SchemaChange {
  /** `- venues.city text`, `+ venues.town text`, `~ venues.price integer: not null now`. */
  readonly text: string;
  readonly table: string;
  /** What is not there any more: `venues` or `venues.city`. */
  readonly dropped: string | undefined;
  /** Why a release that knows the schema of before may fail on it: `inserts without it fail`. */
  readonly destructive: string | undefined;
}

/** What leads from the one schema to the other, by table. Pure. */
export function schemaDiff(before: DatabaseSchema, after: DatabaseSchema): SchemaChange[] {
  const names = [...new Set([...Object.keys(before.tables), ...Object.keys(after.tables)])].sort();
  return names.flatMap((table) => tableChanges(table, before.tables[table], after.tables[table]));
}

function tableChanges(
  table: string,
  before: TableSchema | undefined,
  after: TableSchema | undefined,
): SchemaChange[] {
  if (before === undefined && after === undefined) return [];
  if (before === undefined) return [change(table, `+ ${after?.kind} ${table} (${columnNames(after)})`)];
  if (after === undefined) {
    return [change(table, `- ${before.kind} ${table} (${columnNames(before)})`, "what uses it fails", table)];
  }
  return [
    ...columnChanges(table, before.columns, after.columns),
    ...listChanges(table, before.indexes, after.indexes, (text) =>
      text.startsWith("unique") ? "what was allowed twice fails now" : undefined,
    ),
    ...listChanges(table, before.foreignKeys, after.foreignKeys, () => "rows that refer to nothing fail now"),
    ...listChanges(table, before.checks, after.checks, () => "rows that were allowed may fail now"),
    ...listChanges(table, before.triggers, after.triggers, () => "writes do something else now"),
  ];
}

function columnChanges(
  table: string,
  before: TableSchema["columns"],
  after: TableSchema["columns"],
): SchemaChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    const [was, is] = [before[name], after[name]];
    const path = `${table}.${name}`;
    if (was === undefined && is === undefined) return [];
    if (is === undefined) {
      return [change(table, `- ${path}${declared(was)}`, "statements that name it fail", path)];
    }
    if (was === undefined) {
      return [
        change(table, `+ ${path}${declared(is)}`, mustBeGiven(is) ? "inserts without it fail" : undefined),
      ];
    }
    return alterations(was, is).map(({ text, destructive }) =>
      change(table, `~ ${path}${declared(was)}: ${text}`, destructive),
    );
  });
}

function alterations(was: ColumnSchema, is: ColumnSchema): Pick<SchemaChange, "text" | "destructive">[] {
  const found: Pick<SchemaChange, "text" | "destructive">[] = [];
  const add = (text: string, destructive?: string) => found.push({ text, destructive });
  if (was.type !== is.type) add(`type ${is.type || "none"} now`, "values are kept in another way");
  if (!was.notNull && is.notNull) add("not null now", "writes of nothing fail now");
  if (was.notNull && !is.notNull) add("may be null now");
  if (was.default !== is.default) {
    add(is.default === undefined ? "no default any more" : `default ${is.default} now`, lostDefault(was, is));
  }
  if (was.primaryKey !== is.primaryKey) {
    add(
      is.primaryKey > 0 ? "part of the primary key now" : "not in the primary key any more",
      "rows are told apart in another way",
    );
  }
  if (was.generated !== is.generated)
    add(is.generated ? "computed now" : "not computed any more", "writes of it differ");
  return found;
}

function lostDefault(was: ColumnSchema, is: ColumnSchema): string | undefined {
  return was.default !== undefined && mustBeGiven(is) ? "inserts without it fail" : undefined;
}

/** Whether an insert that does not name it fails. */
function mustBeGiven(column: ColumnSchema): boolean {
  const nothing = column.default === undefined || column.default.toLowerCase() === "null";
  return column.notNull && nothing && column.primaryKey === 0 && !column.generated;
}

function listChanges(
  table: string,
  before: readonly string[],
  after: readonly string[],
  destructive: (text: string) => string | undefined,
): SchemaChange[] {
  return [
    ...without(before, after).map((text) => change(table, `- ${table}: ${text}`)),
    ...without(after, before).map((text) => change(table, `+ ${table}: ${text}`, destructive(text))),
  ];
}

/** What the one list holds more of than the other. */
function without(list: readonly string[], other: readonly string[]): string[] {
  const left = [...other];
  return list.filter((text) => {
    const at = left.indexOf(text);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}

function declared(column: ColumnSchema | undefined): string {
  if (column === undefined) return "";
  const words = [
    column.type,
    column.primaryKey > 0 ? "primary key" : "",
    column.notNull ? "not null" : "",
    column.default === undefined ? "" : `default ${column.default}`,
  ];
  return words.map((word) => (word === "" ? "" : ` ${word}`)).join("");
}

function columnNames(table: TableSchema | undefined): string {
  return Object.keys(table?.columns ?? {}).join(", ");
}

function change(table: string, text: string, destructive?: string, dropped?: string): SchemaChange {
  return { table, text, dropped, destructive };
}
