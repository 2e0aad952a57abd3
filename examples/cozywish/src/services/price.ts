import { isWeekend } from "../time/days.ts";

/** A discount for starting between two times of day, Monday to Friday. */
export type OffPeak = { percent: number; from: number; until: number };

export type Priced = { priceCents: number; offPeak: OffPeak | null };

export type Price = { cents: number; offPeak: boolean };

/** What a service costs that starts at `startMinute` of `day`. The end of the off-peak hours is full price again. */
export function priceAt(service: Priced, day: string, startMinute: number): Price {
  const { offPeak, priceCents } = service;
  const discounted =
    offPeak !== null && !isWeekend(day) && startMinute >= offPeak.from && startMinute < offPeak.until;
  return discounted
    ? { cents: discount(priceCents, offPeak.percent), offPeak: true }
    : { cents: priceCents, offPeak: false };
}

/** The price in the off-peak hours, rounded down to whole cents: a rounding never costs the guest. */
export function discount(priceCents: number, percent: number): number {
  return Math.floor((priceCents * (100 - percent)) / 100);
}

const euros = new Intl.NumberFormat("en-IE", { style: "currency", currency: "EUR" });
const wholeEuros = new Intl.NumberFormat("en-IE", {
  style: "currency",
  currency: "EUR",
  maximumFractionDigits: 0,
});

/** `€45`, or `€42.50` where there are cents. */
export function formatPrice(cents: number): string {
  return (cents % 100 === 0 ? wholeEuros : euros).format(cents / 100);
}
