import { html } from "hono/html";
import { formatPrice } from "../services/price.ts";
import { formatDay } from "../time/days.ts";
import { formatMinute, wallClock } from "../time/wall-clock.ts";
import { csrfField } from "../web/csrf-field.ts";
import type { Html, Page } from "../web/render.ts";
import type { WebContext } from "../web/web.ts";
import type { BookingEntry } from "./bookings-of-account.ts";
import { isPast } from "./slots.ts";

type Shown = { bookings: BookingEntry[]; now: Date; done: string | undefined };

/** What an address may say has just been done; anything else says nothing. */
const notices = new Map([
  ["booked", "It's booked. Have a lovely time."],
  ["cancelled", "The booking is cancelled."],
  ["too-late", "That one has begun already, so it can't be cancelled any more."],
]);

export function bookingsPage(c: WebContext, { bookings, now, done = "" }: Shown): Page {
  const isAhead = (booking: BookingEntry) =>
    booking.cancelledAt === null &&
    !isPast(booking.day, booking.startMinute, wallClock(now, booking.timeZone));
  const ahead = bookings.filter(isAhead).toReversed();
  const behind = bookings.filter((booking) => !isAhead(booking));
  const notice = notices.get(done);
  return {
    title: "My bookings",
    body: html`<section class="narrow">
      ${notice && html`<p class="notice" role="status">${notice}</p>`}
      <h1>My bookings</h1>
      ${
        ahead.length > 0
          ? html`<ul class="bookings">
              ${ahead.map((booking) => html`<li>${entry(c, booking, cancelForm(c, booking))}</li>`)}
            </ul>`
          : html`<p>Nothing planned. <a href="/venues">Find a place</a> for an hour of your own.</p>`
      }
      ${
        behind.length > 0 &&
        html`<h2>Before</h2>
          <ul class="bookings past">
            ${behind.map((booking) => html`<li>${entry(c, booking, booking.cancelledAt ? "cancelled" : "")}</li>`)}
          </ul>`
      }
    </section>`,
  };
}

function entry(c: WebContext, booking: BookingEntry, end: Html | string): Html {
  return html`<div class="booking">
    ${
      booking.picture &&
      html`<img src="${c.var.parts.media.url(booking.picture)}" alt="" width="1200" height="900" />`
    }
    <div>
      <p class="booking-when">${formatDay(booking.day)}, ${formatMinute(booking.startMinute)}</p>
      <p class="booking-name">${booking.serviceName}</p>
      <p class="quiet"><a href="/venues/${booking.venueId}">${booking.venueName}</a>, ${booking.city}</p>
      <p class="quiet">${booking.durationMinutes} min · ${formatPrice(booking.priceCents)}</p>
      ${end}
    </div>
  </div>`;
}

/** Opens before it acts: a slip of the finger cancels nothing, and no script is needed for it. */
function cancelForm(c: WebContext, booking: BookingEntry): Html {
  return html`<details class="cancel">
    <summary>Cancel</summary>
    <form method="post" action="/bookings/${booking.id}/cancel">
      ${csrfField(c)}<button class="button small danger">Yes, cancel it</button>
    </form>
  </details>`;
}
