import { createMiddleware } from "hono/factory";
import type { Parts, Web } from "./web.ts";

/** The pages have no script and no inline style, so nothing of the kind that gets into one can run. */
export function securityHeaders({ settings, media }: Parts) {
  const statics = settings.staticUrl.startsWith("/") ? "" : ` ${new URL(settings.staticUrl).origin}`;
  const pictures = media.origin === undefined ? "" : ` ${media.origin}`;
  const policy = [
    "default-src 'none'",
    `img-src 'self'${statics}${pictures}`,
    `style-src 'self'${statics}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

  return createMiddleware<Web>(async (c, next) => {
    await next();
    if (!c.res.headers.has("Content-Security-Policy")) c.header("Content-Security-Policy", policy);
    c.header("X-Content-Type-Options", "nosniff");
    c.header("X-Frame-Options", "DENY");
    c.header("Referrer-Policy", "strict-origin-when-cross-origin");
    c.header("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
    c.header("Cross-Origin-Opener-Policy", "same-origin");
    if (c.var.client.https) c.header("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
  });
}
