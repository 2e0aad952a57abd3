import { PostgresDialect, type Dialect } from "kysely";
import pg from "pg";

/** Nothing here connects yet: a database that is down is /readyz's to report, not a reason not to start. */
export function openPostgres(url: string): Dialect {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    application_name: "cozywish",
  });
  // An idle connection that the server ends is replaced at its next use; without a listener it would end us.
  pool.on("error", () => {});
  return new PostgresDialect({ pool });
}
