import type { Service } from "../services/service.ts";
import { addDays } from "../time/days.ts";
import { wallClock } from "../time/wall-clock.ts";
import type { Venue } from "../venues/venue.ts";
import { BOOKABLE_DAYS, isPast } from "./slots.ts";
import { UNIT_MINUTES } from "./units.ts";

/** Somebody asks for a slot: to hold it, or to book it. */
export type SlotRequest = {
  accountId: string;
  venue: Venue;
  service: Service;
  day: string;
  startMinute: number;
  now: Date;
};

/** Whether the time is one that the page offers, free or not: a form can send any. */
export function isOffered({ venue, service, day, startMinute, now }: SlotRequest): boolean {
  const here = wallClock(now, venue.timeZone);
  const opensThen = startMinute >= venue.opensAt && startMinute + service.durationMinutes <= venue.closesAt;
  const onGrid = (startMinute - venue.opensAt) % UNIT_MINUTES === 0;
  return opensThen && onGrid && !isPast(day, startMinute, here) && day < addDays(here.day, BOOKABLE_DAYS);
}
