import { Hono } from "hono";
import { MEDIA_PATH } from "../storage/media-folder.ts";
import { sendFile } from "./send-file.ts";
import type { Parts, Web } from "./web.ts";

const ONE_MONTH = "public, max-age=2592000";

/** Static files and pictures, for where no proxy before us serves them. */
export function fileRoutes({ settings, statics }: Parts): Hono<Web> {
  const staticPath = settings.staticUrl.startsWith("/") ? settings.staticUrl : "/static/";
  // Without a fingerprint in its name, a changed file would go unseen for a month.
  const staticCaching = statics.fingerprinted ? ONE_MONTH : "no-cache";
  return new Hono<Web>()
    .get(`${staticPath}:name{.+}`, (c) =>
      sendFile(c, statics.folder, c.req.param("name") ?? "", staticCaching),
    )
    .get(`${MEDIA_PATH}:name{.+}`, (c) => sendFile(c, settings.mediaFolder, c.req.param("name"), ONE_MONTH))
    .get("/favicon.ico", (c) => c.redirect(statics.url("favicon.svg"), 301))
    .get("/robots.txt", (c) =>
      c.text("User-agent: *\nDisallow: /bookings\nDisallow: /sign-in\nDisallow: /sign-up\n"),
    );
}
