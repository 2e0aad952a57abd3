import { randomUUID } from "node:crypto";
import { createMiddleware } from "hono/factory";
import { clientOf } from "./client.ts";
import type { Parts, Web } from "./web.ts";

const REQUEST_ID = /^[\w.:-]{1,100}$/;

/** Gives each request its id (the proxy's, where it sent one), a logger that carries it, and its client. */
export function requestContext(parts: Parts) {
  return createMiddleware<Web>(async (c, next) => {
    const given = c.req.header("x-request-id");
    const requestId = given !== undefined && REQUEST_ID.test(given) ? given : randomUUID();
    c.set("parts", parts);
    c.set("requestId", requestId);
    c.set("visitor", { token: undefined, account: undefined, unknown: false });
    c.set("log", parts.log.child({ requestId }));
    c.set(
      "client",
      clientOf({
        peer: c.env.incoming.socket.remoteAddress,
        forwardedFor: c.req.header("x-forwarded-for"),
        forwardedProto: c.req.header("x-forwarded-proto"),
      }),
    );
    await next();
    c.header("X-Request-Id", requestId);
  });
}
