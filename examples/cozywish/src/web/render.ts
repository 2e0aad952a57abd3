import type { html } from "hono/html";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { layout } from "./layout.ts";
import type { WebContext } from "./web.ts";

export type Html = ReturnType<typeof html>;

export type Page = {
  title: string;
  body: Html;
  description?: string;
  status?: ContentfulStatusCode;
};

/** Answers with a whole page. It may show who is signed in, so nobody else's cache may keep it. */
export async function render(c: WebContext, page: Page): Promise<Response> {
  c.header("Cache-Control", "private, no-cache");
  return c.html(await layout(c, page), page.status ?? 200);
}
