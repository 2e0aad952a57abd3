import { DatabaseSync } from "node:sqlite";

/** How many rows there are at the moment of asking: `bookings`, `bookings WHERE …`. */
export function countedIn(file: string): (from: string) => number {
  return (from) => {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      database.exec("PRAGMA busy_timeout = 10000");
      return Number(database.prepare(`SELECT count(*) AS n FROM ${from}`).get()?.["n"]);
    } finally {
      database.close();
    }
  };
}
