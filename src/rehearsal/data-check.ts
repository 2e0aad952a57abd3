import { isFields } from "../artifacts/kept-file.ts";
import { answerOf } from "../shared/own-process.ts";

/** What only reading all of a database shows. */
export interface CheckedData {
  /** What `integrity_check` complains of. */
  readonly faults: readonly string[];
  /** By table, those asked for. */
  readonly rows: Readonly<Record<string, number>>;
  /** How many rows refer to nothing, by `bookings -> venues`. */
  readonly danglingRows: Readonly<Record<string, number>>;
}

/**
 * Reads all of a database that nobody writes to. In a process of its own, because SQLite works without a pause, and the lease of the
 * deploy has to be renewed meanwhile.
 */
export async function checkData(
  file: string,
  tables: readonly string[],
  signal: AbortSignal,
): Promise<CheckedData> {
  const value = await answerOf(script, [file, JSON.stringify(tables)], signal);
  if (isChecked(value)) return value;
  throw new Error("the check of a database did not answer as it should");
}

/** CommonJS text, so that it needs no file that a bundle would have to bring. */
const script = `
const { DatabaseSync } = require("node:sqlite");
const [file, tables] = process.argv.slice(1);
const database = new DatabaseSync(file, { readOnly: true });
const all = (sql) => database.prepare(sql).all();
const quoted = (name) => '"' + name.replaceAll('"', '""') + '"';
const faults = all("PRAGMA integrity_check(20)").map((row) => String(row.integrity_check)).filter((text) => text !== "ok");
const rows = Object.fromEntries(
  JSON.parse(tables).map((name) => [name, all("SELECT count(*) AS n FROM " + quoted(name))[0].n]),
);
const links = all('SELECT "table" || \\' -> \\' || parent AS link, count(*) AS n FROM pragma_foreign_key_check() GROUP BY 1');
const danglingRows = Object.fromEntries(links.map(({ link, n }) => [link, n]));
process.stdout.write(JSON.stringify({ faults, rows, danglingRows }));
`;

function isChecked(value: unknown): value is CheckedData {
  return (
    isFields(value) &&
    Array.isArray(value["faults"]) &&
    isFields(value["rows"]) &&
    isFields(value["danglingRows"])
  );
}
