import { html } from "hono/html";
import { categories } from "../services/categories.ts";
import type { Html } from "../web/render.ts";
import type { WebContext } from "../web/web.ts";
import type { VenueSearch } from "./search-venues.ts";

export function searchForm(cities: readonly string[], search: VenueSearch): Html {
  return html`<form class="search" action="/venues" role="search">
    <label class="field grow"
      ><span>What</span>
      <input type="search" name="q" value="${search.text ?? ""}" placeholder="Massage, sauna, a quiet hour" />
    </label>
    <label class="field"
      ><span>Where</span>
      <select name="city">
        <option value="">Any city</option>
        ${cities.map((city) => option(city, city, search.city))}
      </select>
    </label>
    <label class="field"
      ><span>Kind</span>
      <select name="category">
        <option value="">Anything</option>
        ${Object.entries(categories).map(([key, name]) => option(key, name, search.category))}
      </select>
    </label>
    <button class="button">Search</button>
  </form>`;
}

/** One tap for each kind of service. */
export function categoryLinks(c: WebContext, current?: string): Html {
  const { statics } = c.var.parts;
  return html`<nav class="kinds" aria-label="Kinds of service">
    ${Object.entries(categories).map(
      ([key, name]) =>
        html`<a
          class="kind"
          href="/venues?category=${key}"
          ${key === current ? html`aria-current="true"` : ""}
        >
          <img src="${statics.url(`category-${key}.svg`)}" alt="" width="40" height="40" />${name}
        </a>`,
    )}
  </nav>`;
}

function option(value: string, label: string, selected: string | undefined): Html {
  return html`<option value="${value}" ${value === selected ? "selected" : ""}>${label}</option>`;
}
