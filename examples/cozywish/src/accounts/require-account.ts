import type { Handler } from "hono";
import { sessionsGonePage } from "../web/message-page.ts";
import type { Web, WebContext } from "../web/web.ts";
import type { Account } from "./accounts.ts";

type SignedInHandler = (c: WebContext, account: Account) => Promise<Response>;

/** A handler for those who are signed in; sends everybody else to do so, and back again afterwards. */
export function requireAccount(handle: SignedInHandler): Handler<Web> {
  return (c) => {
    const { account, unknown } = c.var.visitor;
    if (account) return handle(c, account);
    if (unknown) return sessionsGonePage(c);
    return c.redirect(`/sign-in?next=${encodeURIComponent(wayBack(c))}`, 303);
  };
}

function wayBack(c: WebContext): string {
  const { pathname, search } = new URL(c.req.url);
  // What was posted is gone by then, so a post leads back to the form that it came from.
  return c.req.method === "GET" ? pathname + search : pathname.replace(/\/(book|cancel)$/, "");
}
