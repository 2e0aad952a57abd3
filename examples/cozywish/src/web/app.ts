import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { accountRoutes } from "../accounts/account-routes.ts";
import { SessionsGone } from "../accounts/sessions.ts";
import { bookingRoutes } from "../bookings/booking-routes.ts";
import { healthRoutes } from "../health/health-routes.ts";
import { requestSpan } from "../observability/request-span.ts";
import { venueRoutes } from "../venues/venue-routes.ts";
import { fileRoutes } from "./file-routes.ts";
import { errorPage, notFoundPage, sessionsGonePage, tooLargePage } from "./message-page.ts";
import { requestContext } from "./request-context.ts";
import { requestLog } from "./request-log.ts";
import { requireCsrf } from "./require-csrf.ts";
import { securityHeaders } from "./security-headers.ts";
import { visitor } from "./visitor.ts";
import type { Parts, Web } from "./web.ts";

const MOST_BODY_BYTES = 64 * 1024;

/** The whole application: what a request goes through, from top to bottom. */
export function buildApp(parts: Parts): Hono<Web> {
  const app = new Hono<Web>();
  app.use(requestContext(parts), requestLog, securityHeaders(parts));
  if (parts.observers.tracing) app.use(requestSpan);
  if (parts.toolbar) app.use(parts.toolbar);
  app.route("/", healthRoutes);
  app.route("/", fileRoutes(parts));
  app.use(bodyLimit({ maxSize: MOST_BODY_BYTES, onError: tooLargePage }), visitor, requireCsrf);
  app.route("/", venueRoutes);
  app.route("/", bookingRoutes);
  app.route("/", accountRoutes);
  app.notFound((c) => notFoundPage(c));
  app.onError((error, c) => {
    if (error instanceof SessionsGone) return sessionsGonePage(c);
    c.var.log.error({ event: "request.failed", method: c.req.method, path: c.req.path, error });
    parts.observers.report(error, { requestId: c.var.requestId, method: c.req.method, path: c.req.path });
    return errorPage(c);
  });
  return app;
}
