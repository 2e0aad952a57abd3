import { createMiddleware } from "hono/factory";
import { csrfIsRight } from "./csrf-field.ts";
import { messagePage } from "./message-page.ts";
import type { Web } from "./web.ts";

/** Lets a post through only if it comes from a form of ours. */
export const requireCsrf = createMiddleware<Web>(async (c, next) => {
  const changesNothing = c.req.method === "GET" || c.req.method === "HEAD";
  if (changesNothing || (await csrfIsRight(c))) return next();
  c.var.log.warn({ event: "security.csrf-refused", path: c.req.path, address: c.var.client.address });
  return messagePage(c, {
    status: 403,
    title: "That form has gone stale",
    text: "Please go back, load the page again and send it once more. Nothing was changed.",
  });
});
