import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { after } from "node:test";
import { createAdaptorServer } from "@hono/node-server";
import { pino } from "pino";
import type { Database } from "../../src/database/open-database.ts";
import { closeParts, openParts } from "../../src/parts.ts";
import { readSettings } from "../../src/settings/settings.ts";
import { buildApp } from "../../src/web/app.ts";
import { openStaticFiles } from "../../src/web/static-files.ts";
import type { Parts } from "../../src/web/web.ts";
import { fill, NOW } from "./fixtures.ts";
import { tempFolder } from "./temp-folder.ts";

export type TestSite = {
  url: string;
  database: Database;
  databaseUrl: string;
  folder: string;
  /** Every line of the log so far. */
  log: () => Record<string, unknown>[];
};

/** The whole application on a real port, with a database and a media folder of its own. */
export async function startSite(
  change: (parts: Parts) => Partial<Parts> = () => ({}),
  environment: Record<string, string> = {},
): Promise<TestSite> {
  const folder = await tempFolder();
  const databaseUrl = `sqlite:///${path.join(folder, "data.sqlite")}`;
  const settings = readSettings({
    DATABASE_URL: databaseUrl,
    MEDIA_URL: `file://${path.join(folder, "media")}`,
    COZY_RELEASE: "20260311-abc1234",
    DEBUG_TOOLBAR: "off",
    ...environment,
  });
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
  const opened = await openParts(settings, log);
  const parts: Parts = { ...opened, statics, now: () => NOW };
  const { database } = parts;
  await fill(database);
  const server = createAdaptorServer({ fetch: buildApp({ ...parts, ...change(parts) }).fetch }) as Server;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  after(async () => {
    server.closeAllConnections();
    server.close();
    await closeParts(parts);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    database,
    databaseUrl,
    folder,
    log: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}
