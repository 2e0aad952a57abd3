import { html } from "hono/html";
import { csrfField } from "./csrf-field.ts";
import type { Html, Page } from "./render.ts";
import type { WebContext } from "./web.ts";

/** What all pages have in common. */
export function layout(c: WebContext, page: Page): Html {
  const { statics, settings } = c.var.parts;
  const { release } = settings.identity;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${page.title} · CozyWish</title>
        ${page.description && html`<meta name="description" content="${page.description}" />`}
        ${release && html`<meta name="release" content="${release}" />`}
        <meta name="theme-color" content="#f7f3ec" />
        <link rel="icon" href="${statics.url("favicon.svg")}" type="image/svg+xml" />
        <link rel="stylesheet" href="${statics.url("app.css")}" />
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        ${header(c)}
        <main id="content">${page.body}</main>
        <footer class="footer">
          <p><strong>CozyWish</strong> Time for yourself, booked in a minute.</p>
          <p>Off-peak prices hold for starts within the hours shown, Monday to Friday.</p>
        </footer>
      </body>
    </html>`;
}

function header(c: WebContext): Html {
  const account = c.var.visitor.account;
  return html`<header class="header">
    <a class="brand" href="/"
      ><img src="${c.var.parts.statics.url("mark.svg")}" alt="" width="30" height="30" />CozyWish</a
    >
    <nav class="nav" aria-label="Main">
      <a class="${account ? "roomy" : ""}" href="/venues">Places</a>
      ${
        account
          ? html`<a href="/bookings">Bookings</a>
              <form method="post" action="/sign-out">
                ${csrfField(c)}<button class="linklike" title="Signed in as ${account.name}">Sign out</button>
              </form>`
          : html`<a href="/sign-in">Sign in</a><a class="button small" href="/sign-up">Join</a>`
      }
    </nav>
  </header>`;
}
