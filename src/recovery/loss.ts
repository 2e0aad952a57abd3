import { durationText, momentText } from "../shared/duration.ts";
import type { RestoredDatabase } from "./backup.ts";

/** What a restore would take away from the database in use. */
export interface Loss {
  readonly backup: string;
  /** The moment that the data would be of again. */
  readonly at: number;
  readonly spanMs: number;
  /** Tables whose number of rows would not be the same. */
  readonly tables: readonly TableLoss[];
  /** Why the database in use could not be looked at, where it could not: it is missing, or damaged. */
  readonly unreadable: string | undefined;
}

export interface TableLoss {
  readonly table: string;
  /** Rows in the backup; `undefined` where it has no such table. */
  readonly restored: number | undefined;
  /** Rows in the database in use; `undefined` where it has no such table. */
  readonly live: number | undefined;
}

export type LiveRows = { readonly rows: Readonly<Record<string, number>> } | { readonly unreadable: string };

/** Compares by the number of rows: what was only changed since shows nowhere, and the text says so. Pure. */
export function lossOf(
  { record, rows }: Pick<RestoredDatabase, "record" | "rows">,
  live: LiveRows,
  now: number,
): Loss {
  const of = "rows" in live ? live.rows : {};
  const names = "rows" in live ? [...new Set([...Object.keys(rows), ...Object.keys(of)])].toSorted() : [];
  return {
    backup: record.id,
    at: record.at,
    spanMs: Math.max(0, now - record.at),
    tables: names
      .map((table) => ({ table, restored: rows[table], live: of[table] }))
      .filter((one) => one.restored !== one.live),
    unreadable: "unreadable" in live ? live.unreadable : undefined,
  };
}

/** What is said before it happens. Pure. */
export function lossLines({ backup, at, spanMs, tables, unreadable }: Loss): string[] {
  const first = `The data would be as it was at ${momentText(at)} (backup ${backup}); what was written in the ${durationText(spanMs)} since then would be gone from it.`;
  if (unreadable !== undefined)
    return [first, `What that is can't be said, because the database in use can't be read: ${unreadable}.`];
  const changed = "Rows that were changed since then are not counted; they would be as they were.";
  if (tables.length === 0) return [first, `No table would have fewer rows, or more. ${changed}`];
  return [first, ...tables.map((table) => `  ${tableText(table)}`), changed];
}

function tableText({ table, restored, live }: TableLoss): string {
  if (restored === undefined) return `${table}: would not be there; it has ${rowsText(live ?? 0)} now`;
  if (live === undefined) return `${table}: would be there again, with ${rowsText(restored)}`;
  const difference = live - restored;
  const counts = `${restored} instead of ${live}`;
  return difference > 0
    ? `${table}: ${difference} fewer (${counts})`
    : `${table}: ${-difference} more (${counts}), deleted since`;
}

function rowsText(count: number): string {
  return `${count} ${count === 1 ? "row" : "rows"}`;
}
