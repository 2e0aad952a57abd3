import type { HttpBindings } from "@hono/node-server";
import type { Context, MiddlewareHandler } from "hono";
import type { Account } from "../accounts/accounts.ts";
import type { Sessions } from "../accounts/sessions.ts";
import type { OpenCache } from "../cache/open-cache.ts";
import type { Database } from "../database/open-database.ts";
import type { Log } from "../log/log.ts";
import type { Observers } from "../observability/observers.ts";
import type { ConfirmationQueue } from "../queue/queue.ts";
import type { LateQueue } from "../queue/put-later.ts";
import type { Settings } from "../settings/settings.ts";
import type { Media } from "../storage/media.ts";
import type { StaticFiles } from "./static-files.ts";

/** What the application is made of; the server and the tests put it together. */
export type Parts = {
  settings: Settings;
  log: Log;
  database: Database;
  cache: OpenCache;
  sessions: Sessions;
  queue: ConfirmationQueue & LateQueue;
  media: Media;
  statics: StaticFiles;
  observers: Observers;
  /** Only outside production. */
  toolbar: MiddlewareHandler<Web> | undefined;
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
export type Visitor = {
  token: string | undefined;
  account: Account | undefined;
  /** Whether we can't tell just now who this is: pages for everybody are shown all the same. */
  unknown: boolean;
};
