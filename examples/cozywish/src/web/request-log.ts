import { createMiddleware } from "hono/factory";
import type { Web } from "./web.ts";

/** Asked every second or so by whoever watches over us, and only of interest when the answer is bad. */
const ROUTINE = new Set(["/healthz", "/readyz"]);

/** One line a request. The query is left out: what people search for is theirs. */
export const requestLog = createMiddleware<Web>(async (c, next) => {
  const startedAt = performance.now();
  await next();
  const { method, path } = c.req;
  const { status } = c.res;
  const ms = Math.round((performance.now() - startedAt) * 10) / 10;
  const line = { event: "request", method, path, status, ms, address: c.var.client.address };
  if (status >= 500) c.var.log.error(line);
  else if (ROUTINE.has(path)) c.var.log.debug(line);
  else c.var.log.info(line);
});
