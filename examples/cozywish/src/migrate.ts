import { migrateToLatest } from "./database/migrate-to-latest.ts";
import { openDatabase } from "./database/open-database.ts";
import { openLog } from "./log/log.ts";
import { settingsOrExit } from "./settings/settings-or-exit.ts";

const settings = settingsOrExit(process.env);
const { log, flush } = openLog(settings);
const database = await openDatabase(settings.database);
try {
  const { applied, ahead } = await migrateToLatest(database);
  for (const migration of applied) log.info({ event: "migrate.applied", migration });
  if (ahead.length > 0)
    log.warn({ event: "migrate.ahead", ahead }, "the database is ahead of this code; nothing done");
  log.info({ event: "migrate.done", applied: applied.length });
} catch (error) {
  log.fatal({ event: "migrate.failed", error }, "a migration failed; nothing was changed");
  process.exitCode = 1;
} finally {
  await database.destroy();
  flush();
}
