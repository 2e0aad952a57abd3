import { html } from "hono/html";
import { ensureToken, sameText, sign } from "./visitor.ts";
import type { Html } from "./render.ts";
import type { WebContext } from "./web.ts";

const FIELD = "csrf";

/** Goes into every form that posts. */
export function csrfField(c: WebContext): Html {
  return html`<input type="hidden" name="${FIELD}" value="${sign(c, "csrf", ensureToken(c))}" />`;
}

/** Whether what was posted comes from a form that this visitor was shown. */
export async function csrfIsRight(c: WebContext): Promise<boolean> {
  const { token } = c.var.visitor;
  const sent = (await c.req.parseBody())[FIELD];
  return token !== undefined && typeof sent === "string" && sameText(sent, sign(c, "csrf", token));
}
