import { html } from "hono/html";
import { formatPrice, priceAt } from "../services/price.ts";
import type { Service } from "../services/service.ts";
import { formatDay } from "../time/days.ts";
import { formatMinute } from "../time/wall-clock.ts";
import type { Venue } from "../venues/venue.ts";
import { csrfField } from "../web/csrf-field.ts";
import type { Page } from "../web/render.ts";
import type { WebContext } from "../web/web.ts";

type Shown = {
  venue: Venue;
  service: Service;
  day: string;
  startMinute: number;
  /** Until when the room is kept for the visitor. */
  heldUntil: Date;
};

export function confirmPage(c: WebContext, { venue, service, day, startMinute, heldUntil }: Shown): Page {
  const price = priceAt(service, day, startMinute);
  const end = startMinute + service.durationMinutes;
  const minutes = Math.max(1, Math.ceil((heldUntil.getTime() - c.var.parts.now().getTime()) / 60_000));
  const address = `/venues/${venue.id}/services/${service.id}`;
  return {
    title: `Book ${service.name}`,
    body: html`<section class="narrow">
      <p class="crumb"><a href="${address}?day=${day}">← Other times</a></p>
      <h1>Shall we book it?</h1>
      <div class="summary">
        <p class="summary-name">${service.name}</p>
        <dl class="facts">
          <div>
            <dt>When</dt>
            <dd>
              <span class="unbroken">${formatDay(day)},</span>
              <span class="unbroken">${formatMinute(startMinute)} to ${formatMinute(end)}</span>
            </dd>
          </div>
          <div>
            <dt>Where</dt>
            <dd>
              <span class="unbroken">${venue.name},</span>
              <span class="unbroken">${venue.address}, ${venue.city}</span>
            </dd>
          </div>
          <div>
            <dt>Price</dt>
            <dd>
              ${
                price.offPeak
                  ? html`<s>${formatPrice(service.priceCents)}</s>
                      <b class="discounted">${formatPrice(price.cents)}</b> off-peak`
                  : html`<b>${formatPrice(price.cents)}</b>`
              }
              <span class="quiet">paid at the venue</span>
            </dd>
          </div>
        </dl>
        <form method="post" action="${address}/book">
          ${csrfField(c)}
          <input type="hidden" name="day" value="${day}" />
          <input type="hidden" name="start" value="${startMinute}" />
          <button class="button wide">Book for ${formatPrice(price.cents)}</button>
        </form>
        <p class="quiet">
          We keep it for you for ${minutes === 1 ? "1 minute" : `${minutes} minutes`}. Free to cancel until it
          starts.
        </p>
      </div>
    </section>`,
  };
}
