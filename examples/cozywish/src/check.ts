import { checkBooking } from "./checking/check-booking.ts";
import { openDatabase } from "./database/open-database.ts";
import { settingsOrExit } from "./settings/settings-or-exit.ts";

/** Whether this release can do what it is there for: run before guests see it, as often as one likes. */
const settings = settingsOrExit(process.env);
const password = settings.checkPassword;
if (password === undefined) {
  process.stderr.write("CHECK_PASSWORD is not set: the account that checks needs a password.\n");
  process.exit(1);
}
const database = await openDatabase(settings.database);
try {
  const booked = await checkBooking(database, { password, now: new Date() });
  process.stdout.write(
    booked === undefined ? "There is no place to book.\n" : `Booked and gave back: ${booked}.\n`,
  );
} finally {
  await database.destroy();
}
