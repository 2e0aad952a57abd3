import { html } from "hono/html";
import { formatPrice } from "../services/price.ts";
import type { Html } from "../web/render.ts";
import type { WebContext } from "../web/web.ts";
import type { VenueCard } from "./search-venues.ts";

export function venueCards(c: WebContext, venues: readonly VenueCard[]): Html {
  return html`<ul class="cards">
    ${venues.map((venue, index) => html`<li>${venueCard(c, venue, index < 3)}</li>`)}
  </ul>`;
}

/** Pictures further down are loaded when they come near; the first ones at once. */
function venueCard(c: WebContext, venue: VenueCard, atOnce: boolean): Html {
  return html`<a class="card" href="/venues/${venue.id}">
    <span class="card-picture">
      ${
        venue.picture &&
        html`<img
          src="${c.var.parts.media.url(venue.picture)}"
          alt=""
          width="1200"
          height="900"
          loading="${atOnce ? "eager" : "lazy"}"
        />`
      }
      ${venue.offPeakPercent && html`<span class="tag">Off-peak −${venue.offPeakPercent} %</span>`}
    </span>
    <span class="card-text">
      <span class="card-name">${venue.name}</span>
      <span class="card-facts">
        <span>${venue.city}</span>
        ${rating(venue)}
      </span>
      ${venue.fromCents && html`<span class="card-price">from <b>${formatPrice(venue.fromCents)}</b></span>`}
    </span>
  </a>`;
}

export function rating({ rating, reviewCount }: { rating: number; reviewCount: number }): Html {
  return html`<span class="rating" title="${reviewCount} reviews"
    ><span aria-hidden="true">★</span> ${rating.toFixed(1)} <span class="quiet">(${reviewCount})</span></span
  >`;
}
