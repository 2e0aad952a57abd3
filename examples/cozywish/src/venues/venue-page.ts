import { html } from "hono/html";
import { categories, isCategory } from "../services/categories.ts";
import { discount, formatPrice } from "../services/price.ts";
import type { Service } from "../services/service.ts";
import { formatMinute } from "../time/wall-clock.ts";
import type { Html, Page } from "../web/render.ts";
import type { WebContext } from "../web/web.ts";
import { rating } from "./venue-cards.ts";
import type { Picture, Venue } from "./venue.ts";

type Shown = { venue: Venue; pictures: Picture[]; services: Service[] };

export function venuePage(c: WebContext, { venue, pictures, services }: Shown): Page {
  return {
    title: `${venue.name}, ${venue.city}`,
    description: venue.description,
    body: html`<article class="venue">
      <div class="gallery">
        ${pictures.map(
          (picture) =>
            html`<img
              src="${c.var.parts.media.url(picture.file)}"
              alt="${picture.description}"
              width="1200"
              height="900"
            />`,
        )}
      </div>
      <div class="venue-columns">
        <header class="venue-head">
          <p class="eyebrow">${venue.city}</p>
          <h1>${venue.name}</h1>
          <p>${rating(venue)}</p>
          <p class="lead">${venue.description}</p>
          <dl class="facts">
            <div>
              <dt>Open</dt>
              <dd>every day, ${formatMinute(venue.opensAt)} to ${formatMinute(venue.closesAt)}</dd>
            </div>
            <div>
              <dt>Address</dt>
              <dd>${venue.address}, ${venue.city}</dd>
            </div>
          </dl>
        </header>
        <section class="services" aria-labelledby="services">
          <h2 id="services">What you can book</h2>
          <ul>
            ${services.map((service) => html`<li>${serviceRow(service)}</li>`)}
          </ul>
        </section>
      </div>
    </article>`,
  };
}

function serviceRow(service: Service): Html {
  return html`<div class="service">
    <div class="service-text">
      <h3>${service.name}</h3>
      <p class="quiet">${service.durationMinutes} min · ${categoryName(service.category)}</p>
      <p>${service.description}</p>
      ${offPeakNote(service)}
    </div>
    <div class="service-book">
      <p class="price">${formatPrice(service.priceCents)}</p>
      <a
        class="button small"
        href="/venues/${service.venueId}/services/${service.id}"
        aria-label="Choose a time for ${service.name}"
        >Choose a time</a
      >
    </div>
  </div>`;
}

/** `€45 off-peak Mon–Fri, 10:00–14:00`; nothing where there is no discount. */
export function offPeakNote({ offPeak, priceCents }: Service): Html | "" {
  if (!offPeak) return "";
  const price = formatPrice(discount(priceCents, offPeak.percent));
  const hours = `${formatMinute(offPeak.from)}–${formatMinute(offPeak.until)}`;
  return html`<p class="off-peak"><b>${price}</b> off-peak <span>Mon–Fri, ${hours}</span></p>`;
}

function categoryName(category: string): string {
  return isCategory(category) ? categories[category] : category;
}
