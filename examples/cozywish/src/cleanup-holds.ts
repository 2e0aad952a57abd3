import { openDatabase } from "./database/open-database.ts";
import { removeExpiredHolds } from "./holds/holds.ts";
import { openLog } from "./log/log.ts";
import { settingsOrExit } from "./settings/settings-or-exit.ts";

/** Tidies up: a hold that has run out blocks nobody, it only takes up space. */
const settings = settingsOrExit(process.env);
const { log, flush } = openLog(settings);
const database = await openDatabase(settings.database);
try {
  log.info({ event: "holds.cleaned", removed: await removeExpiredHolds(database, new Date()) });
} catch (error) {
  log.fatal({ event: "holds.clean-failed", error });
  process.exitCode = 1;
} finally {
  await database.destroy();
  flush();
}
