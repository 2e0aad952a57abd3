import { html } from "hono/html";
import { createMiddleware } from "hono/factory";
import type { Html } from "../web/render.ts";
import type { Web, WebContext } from "../web/web.ts";
import { withStats, type RequestStats } from "./request-stats.ts";

/** Ends each page with a bar that says what it has cost. For development: production never loads this file. */
export const toolbar = createMiddleware<Web>(async (c, next) => {
  const stats: RequestStats = { startedAt: performance.now(), queries: [], cacheHits: 0, cacheMisses: 0 };
  await withStats(stats, next);
  if (!c.res.headers.get("Content-Type")?.startsWith("text/html")) return;
  const page = await c.res.text();
  const end = page.lastIndexOf("</body>");
  const barred = end < 0 ? page : page.slice(0, end) + String(await bar(c, stats)) + page.slice(end);
  c.res = new Response(barred, c.res);
});

function bar(c: WebContext, { startedAt, queries, cacheHits, cacheMisses }: RequestStats): Html {
  const { statics, settings } = c.var.parts;
  const queryMs = queries.reduce((total, query) => total + query.ms, 0);
  return html`<link rel="stylesheet" href="${statics.url("debug-toolbar.css")}" />
    <aside class="debug-toolbar" aria-label="Debug toolbar">
      <details>
        <summary>
          <span>${formatMs(performance.now() - startedAt)}</span>
          <span>${queries.length} ${queries.length === 1 ? "query" : "queries"} in ${formatMs(queryMs)}</span>
          <span>cache ${cacheHits} of ${cacheHits + cacheMisses}</span>
          <span>${settings.identity.release ?? "no release"}</span>
        </summary>
        <ol>
          ${queries.map((query) => html`<li><b>${formatMs(query.ms)}</b> <code>${query.sql}</code></li>`)}
        </ol>
      </details>
    </aside>`;
}

function formatMs(ms: number): string {
  return `${ms.toFixed(1)} ms`;
}
