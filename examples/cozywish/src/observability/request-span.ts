import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";
import type { Web } from "../web/web.ts";

/** One span a request, named after its route: `GET /venues/:venue`, not after what was asked for. */
export const requestSpan = createMiddleware<Web>((c, next) => {
  const { method, path } = c.req;
  const attributes = { "http.request.method": method, "url.path": path };
  const start = { name: method, attributes, traceparent: c.req.header("traceparent") };
  return c.var.parts.observers.span("request", start, async (span) => {
    await next();
    const route = routePath(c, -1);
    if (route !== "/*") {
      span.rename(`${method} ${route}`);
      span.set({ "http.route": route });
    }
    span.set({ "http.response.status_code": c.res.status });
  });
});
