import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { Account } from "../accounts/accounts.ts";
import type { Cache } from "../cache/cache.ts";
import type { Database } from "../database/open-database.ts";
import type { Log } from "../log/log.ts";
import type { Settings } from "../settings/settings.ts";
import type { StaticFiles } from "./static-files.ts";

/** What the application is made of; the server and the tests put it together. */
export type Parts = {
  settings: Settings;
  log: Log;
  database: Database;
  cache: Cache;
  statics: StaticFiles;
  now: () => Date;
};

/** What every handler finds in its context. */
export type Web = {
  Bindings: HttpBindings;
  Variables: {
    parts: Parts;
    requestId: string;
    /** With the request's id in every line. */
    log: Log;
    client: Client;
    visitor: Visitor;
  };
};

export type WebContext = Context<Web>;

export type Client = { address: string; https: boolean };

/** The token is what the cookie holds, its signature checked; the account is there once signed in. */
export type Visitor = { token: string | undefined; account: Account | undefined };
