import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { after } from "node:test";
import { createAdaptorServer } from "@hono/node-server";
import { pino } from "pino";
import { openMemoryCache } from "../../src/cache/memory-cache.ts";
import { openDatabase, type Database } from "../../src/database/open-database.ts";
import { readSettings } from "../../src/settings/settings.ts";
import { buildApp } from "../../src/web/app.ts";
import { openStaticFiles } from "../../src/web/static-files.ts";
import type { Parts } from "../../src/web/web.ts";
import { fill, NOW } from "./fixtures.ts";
import { tempFolder } from "./temp-folder.ts";

export type TestSite = {
  url: string;
  database: Database;
  folder: string;
  /** Every line of the log so far. */
  log: () => Record<string, unknown>[];
};

/** The whole application on a real port, with a database and a media folder of its own. */
export async function startSite(change: (parts: Parts) => Partial<Parts> = () => ({})): Promise<TestSite> {
  const folder = await tempFolder();
  const settings = readSettings({
    DATABASE_URL: `sqlite:///${path.join(folder, "data.sqlite")}`,
    MEDIA_URL: `file://${path.join(folder, "media")}`,
    COZY_RELEASE: "20260311-abc1234",
  });
  const database = await openDatabase(settings.database);
  await fill(database);
  const lines: string[] = [];
  const log = pino(
    {
      level: "debug",
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
    },
    { write: (line: string) => void lines.push(line) },
  );
  const statics = openStaticFiles(settings.staticUrl, undefined);
  const parts: Parts = { settings, log, database, cache: openMemoryCache(), statics, now: () => NOW };
  const server = createAdaptorServer({ fetch: buildApp({ ...parts, ...change(parts) }).fetch }) as Server;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  after(async () => {
    server.closeAllConnections();
    server.close();
    await database.destroy();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    database,
    folder,
    log: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}
