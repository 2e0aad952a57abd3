import { html } from "hono/html";
import { formatPrice } from "../services/price.ts";
import type { Service } from "../services/service.ts";
import { formatDay, formatShortDay, formatWeekday } from "../time/days.ts";
import { formatMinute } from "../time/wall-clock.ts";
import { offPeakNote } from "../venues/venue-page.ts";
import type { Venue } from "../venues/venue.ts";
import type { Html, Page } from "../web/render.ts";
import type { Slot } from "./slots.ts";

type Shown = {
  venue: Venue;
  service: Service;
  days: string[];
  day: string;
  slots: Slot[];
  notice: string | undefined;
};

export function slotsPage({ venue, service, days, day, slots, notice }: Shown): Page {
  const address = `/venues/${venue.id}/services/${service.id}`;
  return {
    title: `${service.name} at ${venue.name}`,
    status: notice === undefined ? 200 : 409,
    body: html`<section class="narrow">
      <p class="crumb"><a href="/venues/${venue.id}">← ${venue.name}</a></p>
      ${notice && html`<p class="notice warn" role="alert">${notice}</p>`}
      <h1>${service.name}</h1>
      <p class="quiet">${service.durationMinutes} min · ${venue.city} · ${formatPrice(service.priceCents)}</p>
      ${offPeakNote(service)}
      <nav class="days" aria-label="Day">
        ${days.map(
          (each) =>
            html`<a href="${address}?day=${each}" ${each === day ? html`aria-current="date"` : ""}
              ><span>${formatWeekday(each)}</span> ${formatShortDay(each)}</a
            >`,
        )}
      </nav>
      <h2 class="day">${formatDay(day)}</h2>
      ${slots.length === 0 ? html`<p>No more starts on this day.</p>` : ""}
      ${partsOfDay.map((part) => slotGroup(part, slots, `${address}/book?day=${day}`))}
    </section>`,
  };
}

const partsOfDay = [
  { name: "Morning", from: 0, until: 12 * 60 },
  { name: "Afternoon", from: 12 * 60, until: 17 * 60 },
  { name: "Evening", from: 17 * 60, until: 24 * 60 },
];

function slotGroup(part: (typeof partsOfDay)[number], all: readonly Slot[], bookAddress: string): Html | "" {
  const slots = all.filter(({ startMinute }) => startMinute >= part.from && startMinute < part.until);
  if (slots.length === 0) return "";
  return html`<h3 class="part">${part.name}</h3>
    <ul class="slots">
      ${slots.map((slot) => html`<li>${slotLink(slot, bookAddress)}</li>`)}
    </ul>`;
}

function slotLink({ startMinute, price, free }: Slot, bookAddress: string): Html {
  const time = formatMinute(startMinute);
  if (!free) return html`<span class="slot taken"><b>${time}</b> <small>taken</small></span>`;
  return html`<a class="slot ${price.offPeak ? "discounted" : ""}" href="${bookAddress}&start=${startMinute}"
    ><b>${time}</b> <small>${formatPrice(price.cents)}</small></a
  >`;
}
