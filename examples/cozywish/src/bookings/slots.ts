import { priceAt, type Price, type Priced } from "../services/price.ts";
import type { WallClock } from "../time/wall-clock.ts";
import { UNIT_MINUTES, unitsOf } from "./units.ts";

/** A time that a service could start at. */
export type Slot = { startMinute: number; price: Price; free: boolean };

export type Opening = { opensAt: number; closesAt: number; rooms: number };

export type TakenUnit = { room: number; unit: number };

/** How far ahead a booking can be made. */
export const BOOKABLE_DAYS = 14;

/** All starts of a day that end before the venue closes; those that have passed are left out. */
export function slotsOfDay(
  venue: Opening,
  service: Priced & { durationMinutes: number },
  day: string,
  taken: readonly TakenUnit[],
  now: WallClock,
): Slot[] {
  const slots: Slot[] = [];
  for (let start = venue.opensAt; start + service.durationMinutes <= venue.closesAt; start += UNIT_MINUTES) {
    if (isPast(day, start, now)) continue;
    const free = freeRooms(venue.rooms, taken, unitsOf(start, service.durationMinutes)).length > 0;
    slots.push({ startMinute: start, price: priceAt(service, day, start), free });
  }
  return slots;
}

/** The rooms, counted from 1, in which none of the units is taken. */
export function freeRooms(rooms: number, taken: readonly TakenUnit[], units: readonly number[]): number[] {
  const busy = new Set(taken.filter(({ unit }) => units.includes(unit)).map(({ room }) => room));
  return Array.from({ length: rooms }, (_, index) => index + 1).filter((room) => !busy.has(room));
}

export function isPast(day: string, startMinute: number, now: WallClock): boolean {
  return day < now.day || (day === now.day && startMinute <= now.minute);
}
