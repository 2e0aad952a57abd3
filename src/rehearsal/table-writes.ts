import { openSqlite } from "../databases/open-sqlite.ts";
import { quotedName } from "./quoted-name.ts";
import { readSchema, tableNames } from "./schema.ts";

const ledger = "cozy_writes";
const kinds = ["insert", "update", "delete"] as const;

/** Which kinds of writes were seen, by table that any was made to. */
export type TableWrites = Readonly<Record<string, readonly (typeof kinds)[number][]>>;

/** Has a scratch database note the tables that are written to, whoever writes: a row a table and kind, so that it stays small. */
export function noteWrites(file: string): void {
  const database = openSqlite(file, { write: true });
  try {
    database.exec(
      `CREATE TABLE IF NOT EXISTS ${ledger} (name TEXT, kind TEXT, PRIMARY KEY (name, kind)) WITHOUT ROWID`,
    );
    for (const [index, table] of tableNames(readSchema(database)).entries()) {
      for (const kind of kinds) {
        const text = table.replaceAll("'", "''");
        database.exec(
          `CREATE TRIGGER cozy_${kind}_${index} AFTER ${kind} ON ${quotedName(table)}
           WHEN NOT EXISTS (SELECT 1 FROM ${ledger} WHERE name = '${text}' AND kind = '${kind}')
           BEGIN INSERT INTO ${ledger} VALUES ('${text}', '${kind}'); END`,
        );
      }
    }
  } finally {
    database.close();
  }
}

/** What was noted since the last time, which is forgotten then. */
export function takeWrites(file: string): TableWrites {
  const database = openSqlite(file, { write: true });
  try {
    const rows = database.prepare(`SELECT name, kind FROM ${ledger} ORDER BY name, kind`).all();
    database.exec(`DELETE FROM ${ledger}`);
    const byTable = Map.groupBy(rows, ({ name }) => String(name));
    return Object.fromEntries(
      [...byTable].map(([table, found]) => [
        table,
        kinds.filter((kind) => found.some((row) => row["kind"] === kind)),
      ]),
    );
  } finally {
    database.close();
  }
}
