import { Hono } from "hono";
import type { Account } from "../accounts/accounts.ts";
import { requireAccount } from "../accounts/require-account.ts";
import { hold, type HoldOutcome } from "../holds/hold.ts";
import { findService } from "../services/service.ts";
import { addDays, isDay } from "../time/days.ts";
import { wallClock } from "../time/wall-clock.ts";
import { findVenue } from "../venues/venue.ts";
import { notFoundPage } from "../web/message-page.ts";
import { render } from "../web/render.ts";
import type { Web, WebContext } from "../web/web.ts";
import { book } from "./book.ts";
import { bookingsOfAccount } from "./bookings-of-account.ts";
import { bookingsPage } from "./bookings-page.ts";
import { cancel } from "./cancel.ts";
import { confirmPage } from "./confirm-page.ts";
import { BOOKABLE_DAYS, slotsOfDay } from "./slots.ts";
import { slotsPage } from "./slots-page.ts";
import { takenUnits } from "./taken-units.ts";

export const bookingRoutes = new Hono<Web>()
  .get("/venues/:venue/services/:service", (c) => showSlots(c))
  .get("/venues/:venue/services/:service/book", requireAccount(showConfirmation))
  .post("/venues/:venue/services/:service/book", requireAccount(bookIt))
  .get("/bookings", requireAccount(showBookings))
  .post("/bookings/:id/cancel", requireAccount(cancelIt));

/**
 * Whoever asks for this page has chosen the slot, so it is theirs for ten minutes. That a mere link does so keeps the
 * way over signing in short; all that it changes is the visitor's own, and goes away by itself.
 */
async function showConfirmation(c: WebContext, account: Account): Promise<Response> {
  const offer = await findOffer(c);
  const { day, startMinute } = chosenTime(c.req.query());
  if (!offer || !isDay(day) || startMinute < 0) return notFoundPage(c);
  const { database, now } = c.var.parts;
  const outcome = await hold(database, { ...offer, accountId: account.id, day, startMinute, now: now() });
  if (!outcome.held) return showSlots(c, { notice: excuses[outcome.reason], day });
  const { expiresAt } = outcome.hold;
  return render(c, confirmPage(c, { ...offer, day, startMinute, heldUntil: new Date(expiresAt) }));
}

async function bookIt(c: WebContext, account: Account): Promise<Response> {
  const offer = await findOffer(c);
  const { day, startMinute } = chosenTime(await c.req.parseBody());
  if (!offer || !isDay(day)) return notFoundPage(c);
  const { database, now, queue } = c.var.parts;
  const outcome = await book(database, { ...offer, accountId: account.id, day, startMinute, now: now() });
  c.var.log.info({
    event: "booking",
    accountId: account.id,
    service: offer.service.id,
    day,
    startMinute,
    ...outcome,
  });
  if (!outcome.booked) return showSlots(c, { notice: excuses[outcome.reason], day });
  queue.putLater(outcome.id);
  return c.redirect("/bookings?done=booked", 303);
}

async function showBookings(c: WebContext, account: Account): Promise<Response> {
  const { database, now } = c.var.parts;
  const bookings = await bookingsOfAccount(database, account.id);
  return render(c, bookingsPage(c, { bookings, now: now(), done: c.req.query("done") }));
}

async function cancelIt(c: WebContext, account: Account): Promise<Response> {
  const { database, now } = c.var.parts;
  const bookingId = c.req.param("id") ?? "";
  const outcome = await cancel(database, { accountId: account.id, bookingId, now: now() });
  c.var.log.info({ event: "booking.cancel", accountId: account.id, bookingId, outcome });
  return outcome === "not-found" ? notFoundPage(c) : c.redirect(`/bookings?done=${outcome}`, 303);
}

type Refusal = Extract<HoldOutcome, { held: false }>["reason"];

const excuses: Record<Refusal, string> = {
  taken: "Somebody was a moment faster. Please choose another time.",
  "not-offered": "That time can't be booked. Please choose one of these.",
  "same-time": "You have a booking at that time already.",
};

async function showSlots(c: WebContext, refused?: { notice: string; day: string }): Promise<Response> {
  const offer = await findOffer(c);
  if (!offer) return notFoundPage(c);
  const { venue, service } = offer;
  const { database } = c.var.parts;
  const moment = c.var.parts.now();
  const now = wallClock(moment, venue.timeZone);
  // The last start has passed late in the evening: tomorrow is what people come for.
  const today = now.minute < venue.closesAt - service.durationMinutes ? now.day : addDays(now.day, 1);
  const days = Array.from({ length: BOOKABLE_DAYS }, (_, index) => addDays(now.day, index)).filter(
    (d) => d >= today,
  );
  const asked = refused?.day ?? c.req.query("day");
  const day = days.find((each) => each === asked) ?? today;
  const except = c.var.visitor.account?.id;
  const taken = await takenUnits(database, { venueId: venue.id, day, now: moment, except });
  const slots = slotsOfDay(venue, service, day, taken, now);
  return render(c, slotsPage({ venue, service, days, day, slots, notice: refused?.notice }));
}

async function findOffer(c: WebContext) {
  const { database } = c.var.parts;
  const venueId = c.req.param("venue") ?? "";
  const [venue, service] = await Promise.all([
    findVenue(database, venueId),
    findService(database, venueId, c.req.param("service") ?? ""),
  ]);
  return venue && service ? { venue, service } : undefined;
}

/** As a link or a form sent it: whether it can be booked is for `book` to say. */
function chosenTime({ day, start }: Record<string, unknown>): { day: string; startMinute: number } {
  return {
    day: typeof day === "string" ? day : "",
    startMinute: /^\d{1,4}$/.test(String(start)) ? Number(start) : -1,
  };
}
