import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import { SESSION_DAYS, SessionsGone } from "../accounts/sessions.ts";
import type { Visitor, Web, WebContext } from "./web.ts";

const COOKIE = "cozywish_session";

/** Finds out who is asking. The database is only asked about a token that we have signed. */
export const visitor = createMiddleware<Web>(async (c, next) => {
  const token = readToken(c);
  if (token !== undefined) c.set("visitor", { token, ...(await whose(c, token)) });
  await next();
});

/** Without its session nobody is signed out: it is asked for again with the next page. */
async function whose(c: WebContext, token: string): Promise<Omit<Visitor, "token">> {
  const { sessions, now } = c.var.parts;
  try {
    return { account: await sessions.account(token, now()), unknown: false };
  } catch (error) {
    if (!(error instanceof SessionsGone)) throw error;
    return { account: undefined, unknown: true };
  }
}

/** The visitor's token, a new one if need be: whoever is shown a form has one, for its CSRF protection. */
export function ensureToken(c: WebContext): string {
  return c.var.visitor.token ?? renewToken(c);
}

/** A token that nobody has seen before; on signing in, so that one that was planted is worth nothing. */
export function renewToken(c: WebContext): string {
  const token = randomBytes(32).toString("base64url");
  c.set("visitor", { ...c.var.visitor, token });
  setCookie(c, COOKIE, `${token}.${sign(c, "session", token)}`, {
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    secure: c.var.client.https,
    maxAge: SESSION_DAYS * 86_400,
  });
  return token;
}

export function forgetToken(c: WebContext): void {
  c.set("visitor", { token: undefined, account: undefined, unknown: false });
  deleteCookie(c, COOKIE, { path: "/", secure: c.var.client.https });
}

/** Different purposes, different signatures: a form's CSRF token can't be made into a cookie. */
export function sign(c: WebContext, purpose: "session" | "csrf", text: string): string {
  return createHmac("sha256", c.var.parts.settings.sessionSecret)
    .update(`${purpose}:${text}`)
    .digest("base64url");
}

export function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function readToken(c: WebContext): string | undefined {
  const [token, signature] = getCookie(c, COOKIE)?.split(".") ?? [];
  if (!token || !signature) return undefined;
  return sameText(signature, sign(c, "session", token)) ? token : undefined;
}
