import { html } from "hono/html";
import { categories } from "../services/categories.ts";
import type { Page } from "../web/render.ts";
import type { WebContext } from "../web/web.ts";
import { categoryLinks, searchForm } from "./search-form.ts";
import type { VenueCard, VenueSearch } from "./search-venues.ts";
import { venueCards } from "./venue-cards.ts";

type Shown = { venues: VenueCard[]; cities: string[]; search: VenueSearch };

export function venueListPage(c: WebContext, { venues, cities, search }: Shown): Page {
  const title = heading(search);
  return {
    title,
    body: html`<section class="band top">
      ${searchForm(cities, search)} ${categoryLinks(c, search.category)}
      <div class="band-head">
        <h1>${title}</h1>
        <p class="quiet">${count(venues.length)}</p>
      </div>
      ${
        venues.length > 0
          ? venueCards(c, venues)
          : html`<div class="message">
              <img src="${c.var.parts.statics.url("pebbles.svg")}" alt="" width="240" height="180" />
              <p>Nothing like that yet. Try fewer words, or another city.</p>
              <p><a class="button" href="/venues">Show all places</a></p>
            </div>`
      }
    </section>`,
  };
}

function heading({ text, city, category }: VenueSearch): string {
  const what = text ? `“${text}”` : category ? categories[category] : "All places";
  return city ? `${what} in ${city}` : what;
}

function count(found: number): string {
  return found === 1 ? "1 place" : `${found} places`;
}
