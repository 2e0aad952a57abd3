import { Hono } from "hono";
import { remember } from "../cache/cache.ts";
import { isCategory } from "../services/categories.ts";
import { servicesOfVenue } from "../services/service.ts";
import { notFoundPage } from "../web/message-page.ts";
import { render } from "../web/render.ts";
import type { Web, WebContext } from "../web/web.ts";
import { homePage } from "./home-page.ts";
import { citiesWithVenues, searchVenues, type VenueSearch } from "./search-venues.ts";
import { venueListPage } from "./venue-list-page.ts";
import { venuePage } from "./venue-page.ts";
import { findVenue, picturesOfVenue } from "./venue.ts";

export const venueRoutes = new Hono<Web>()
  .get("/", async (c) => {
    const [venues, cities] = await Promise.all([searchVenues(c.var.parts.database, {}), allCities(c)]);
    return render(c, homePage(c, { venues, cities }));
  })
  .get("/venues", async (c) => {
    const search = readSearch(c);
    const [venues, cities] = await Promise.all([searchVenues(c.var.parts.database, search), allCities(c)]);
    return render(c, venueListPage(c, { venues, cities, search }));
  })
  .get("/venues/:venue", async (c) => {
    const { database } = c.var.parts;
    const id = c.req.param("venue");
    const [venue, pictures, services] = await Promise.all([
      findVenue(database, id),
      picturesOfVenue(database, id),
      servicesOfVenue(database, id),
    ]);
    return venue ? render(c, venuePage(c, { venue, pictures, services })) : notFoundPage(c);
  });

function readSearch(c: WebContext): VenueSearch {
  const { q, city, category = "" } = c.req.query();
  return {
    text: q?.trim().slice(0, 100),
    city: city || undefined,
    category: isCategory(category) ? category : undefined,
  };
}

function allCities(c: WebContext): Promise<string[]> {
  const { cache, database } = c.var.parts;
  return remember(cache, "cities", 30_000, () => citiesWithVenues(database));
}
