import { migrateToLatest } from "./database/migrate-to-latest.ts";
import { openDatabase } from "./database/open-database.ts";
import { addDemoAccount, DEMO_EMAIL } from "./seeding/seed-demo-account.ts";
import { addVenues } from "./seeding/seed-venues.ts";
import { settingsOrExit } from "./settings/settings-or-exit.ts";
import { openMedia } from "./storage/media.ts";

const settings = settingsOrExit(process.env);
const database = await openDatabase(settings.database);
const print = (line: string) => process.stdout.write(`${line}\n`);
try {
  await migrateToLatest(database);
  const { venues, services, pictures } = await addVenues(database, openMedia(settings.media));
  print(`Added ${venues} venues, ${services} services and ${pictures} pictures.`);
  const password = await addDemoAccount(database, { production: settings.production, now: new Date() });
  print(
    password === undefined
      ? `The demo account ${DEMO_EMAIL} was there already.`
      : `Demo account: ${DEMO_EMAIL}, password ${password}`,
  );
} finally {
  await database.destroy();
}
