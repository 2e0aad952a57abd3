import { Hono } from "hono";
import { MEDIA_PATH } from "../storage/media-path.ts";
import { SAFE_NAME, sendFile } from "./send-file.ts";
import type { Parts, Web } from "./web.ts";

const ONE_MONTH = "public, max-age=2592000";

/** Static files and pictures, for where no proxy before us serves them. */
export function fileRoutes({ settings, statics, media }: Parts): Hono<Web> {
  const staticPath = settings.staticUrl.startsWith("/") ? settings.staticUrl : "/static/";
  // Without a fingerprint in its name, a changed file would go unseen for a month.
  const staticCaching = statics.fingerprinted ? ONE_MONTH : "no-cache";
  return new Hono<Web>()
    .get(`${staticPath}:name{.+}`, (c) =>
      sendFile(c, statics.folder, c.req.param("name") ?? "", staticCaching),
    )
    .get(`${MEDIA_PATH}:name{.+}`, async (c): Promise<Response> => {
      const name = c.req.param("name");
      // A page of before the pictures went to a bucket may still ask for them here.
      if (media.folder !== undefined) return sendFile(c, media.folder, name, ONE_MONTH);
      return SAFE_NAME.test(name) ? c.redirect(media.url(name), 302) : c.text("Not found", 404);
    })
    .get("/favicon.ico", (c) => c.redirect(statics.url("favicon.svg"), 301))
    .get("/robots.txt", (c) =>
      c.text("User-agent: *\nDisallow: /bookings\nDisallow: /sign-in\nDisallow: /sign-up\n"),
    );
}
