import { CamelCasePlugin, Kysely, type Dialect } from "kysely";
import type { DatabaseAddress } from "../settings/database-url.ts";
import type { Tables } from "./tables.ts";

export type Database = Kysely<Tables>;

/** Each engine's driver is loaded only where it is used: pg alone would cost every start 20 ms. */
export async function openDatabase(
  address: DatabaseAddress,
  onQuery?: (query: { sql: string; ms: number }) => void,
): Promise<Database> {
  return new Kysely<Tables>({
    dialect: await openDialect(address),
    plugins: [new CamelCasePlugin()],
    ...(onQuery && { log: (event) => onQuery({ sql: event.query.sql, ms: event.queryDurationMillis }) }),
  });
}

async function openDialect(address: DatabaseAddress): Promise<Dialect> {
  if (address.kind === "sqlite") {
    const { openNodeSqlite } = await import("./node-sqlite.ts");
    return openNodeSqlite(address.file);
  }
  const { openPostgres } = await import("./postgres.ts");
  return openPostgres(address.url);
}
