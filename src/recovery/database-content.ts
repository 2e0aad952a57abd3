import type { DatabaseSync } from "node:sqlite";

/** What a database holds. */
export interface DatabaseContent {
  /** What SQLite's own check found; empty where it is sound. */
  readonly faults: readonly string[];
  /** Rows by table; tables of cozy and of SQLite itself are left out. */
  readonly rows: Readonly<Record<string, number>>;
  /** When the newest heartbeat was written, in milliseconds since the epoch. */
  readonly heartbeatAt: number | undefined;
}

/** Checks all of a database and counts its rows. Names nothing outside itself: its text also runs in a process of its own. */
export function databaseContent(open: () => DatabaseSync): DatabaseContent {
  const faults: string[] = [];
  const rows: Record<string, number> = {};
  let heartbeatAt: number | undefined;
  let database: DatabaseSync | undefined;
  try {
    const opened = (database = open());
    const one = (sql: string) => opened.prepare(sql).get()?.["value"];
    const found = opened.prepare("PRAGMA integrity_check(20)").all();
    faults.push(...found.map((row) => String(row["integrity_check"])).filter((text) => text !== "ok"));
    const tables = opened
      .prepare(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND substr(name, 1, 7) <> 'sqlite_'",
      )
      .all();
    for (const { name } of tables) {
      if (name === "cozy_heartbeat") {
        const beat = one("SELECT max(at) AS value FROM cozy_heartbeat");
        if (typeof beat === "number") heartbeatAt = beat;
      } else {
        const quoted = `"${String(name).replaceAll('"', '""')}"`;
        rows[String(name)] = Number(one(`SELECT count(*) AS value FROM ${quoted}`));
      }
    }
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
  } finally {
    database?.close();
  }
  return { faults, rows, heartbeatAt };
}
