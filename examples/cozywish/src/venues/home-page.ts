import { html } from "hono/html";
import type { Page } from "../web/render.ts";
import type { WebContext } from "../web/web.ts";
import { categoryLinks, searchForm } from "./search-form.ts";
import type { VenueCard } from "./search-venues.ts";
import { venueCards } from "./venue-cards.ts";

export function homePage(c: WebContext, { venues, cities }: { venues: VenueCard[]; cities: string[] }): Page {
  const loved = venues.slice(0, 6);
  const quiet = mostDiscounted(venues.slice(6)).slice(0, 3);
  return {
    title: "Spa and wellness, booked in a minute",
    description:
      "Find massages, saunas, facials and quiet hours near you, cheaper off-peak, and book them in a minute.",
    body: html`<section class="hero">
        <img
          class="hero-picture"
          src="${c.var.parts.statics.url("hero.svg")}"
          alt=""
          width="1600"
          height="900"
        />
        <div class="hero-text">
          <h1>An hour that is only yours</h1>
          <p>
            Massages, saunas, facials and slow mornings in places worth the way. Kinder prices when it's
            quiet.
          </p>
        </div>
        <div class="hero-search">${searchForm(cities, {})}</div>
      </section>
      ${categoryLinks(c)}
      <section class="band">
        <div class="band-head">
          <h2>Loved right now</h2>
          <a href="/venues">All places</a>
        </div>
        ${venueCards(c, loved)}
      </section>
      ${
        quiet.length > 0 &&
        html`<section class="band">
          <div class="band-head"><h2>Quiet hours, kinder prices</h2></div>
          ${venueCards(c, quiet)}
        </section>`
      }`,
  };
}

function mostDiscounted(venues: readonly VenueCard[]): VenueCard[] {
  return venues
    .filter((venue) => venue.offPeakPercent !== null)
    .sort((a, b) => (b.offPeakPercent ?? 0) - (a.offPeakPercent ?? 0));
}
