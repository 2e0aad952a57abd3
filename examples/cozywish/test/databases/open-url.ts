import { openDatabase, type Database } from "../../src/database/open-database.ts";
import { parseDatabaseUrl } from "../../src/settings/database-url.ts";

/** Opens a database for as long as the work takes. */
export async function withDatabase<Result>(
  url: string,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = await openDatabase(parseDatabaseUrl(url));
  try {
    return await work(database);
  } finally {
    await database.destroy();
  }
}
