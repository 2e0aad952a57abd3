import { html } from "hono/html";
import { render } from "./render.ts";
import type { WebContext } from "./web.ts";

export type Message = {
  status: 403 | 404 | 413 | 500 | 503;
  title: string;
  text: string;
  /** For whoever is asked about it. */
  reference?: string;
};

/** A page that says one thing, and leads back to the start. */
export function messagePage(c: WebContext, message: Message) {
  return render(c, {
    title: message.title,
    status: message.status,
    body: html`<section class="message">
      <img src="${c.var.parts.statics.url("pebbles.svg")}" alt="" width="240" height="180" />
      <h1>${message.title}</h1>
      <p>${message.text}</p>
      ${message.reference && html`<p class="quiet">Reference: <code>${message.reference}</code></p>`}
      <p><a class="button" href="/">Back to the start</a></p>
    </section>`,
  });
}

export function notFoundPage(c: WebContext) {
  return messagePage(c, {
    status: 404,
    title: "Nothing here but calm",
    text: "This page doesn't exist, or not any more.",
  });
}

export function errorPage(c: WebContext) {
  return messagePage(c, {
    status: 500,
    title: "That didn't work",
    text: "The fault is ours, and it has been noted. Please try again in a moment.",
    reference: c.var.requestId,
  });
}

export function tooLargePage(c: WebContext) {
  return messagePage(c, {
    status: 413,
    title: "That's too much",
    text: "The form was larger than any of ours.",
  });
}

/** What keeps the sessions can't be reached, and this page is somebody's own. */
export function sessionsGonePage(c: WebContext) {
  c.header("Retry-After", "10");
  return messagePage(c, {
    status: 503,
    title: "We don't recognise you just now",
    text: "The fault is ours, and nothing of yours is lost. Please try again in a moment.",
    reference: c.var.requestId,
  });
}
