/** Days are text such as `2026-03-14`, which sorts and compares as it reads. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && toUtc(text).toISOString().startsWith(text);
}

export function addDays(day: string, count: number): string {
  const date = toUtc(day);
  date.setUTCDate(date.getUTCDate() + count);
  return date.toISOString().slice(0, 10);
}

/** Saturday or Sunday. */
export function isWeekend(day: string): boolean {
  return [0, 6].includes(toUtc(day).getUTCDay());
}

const longDay = new Intl.DateTimeFormat("en-GB", {
  weekday: "long",
  day: "numeric",
  month: "long",
  timeZone: "UTC",
});
const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "short", timeZone: "UTC" });
const shortDay = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** `Saturday 14 March` */
export function formatDay(day: string): string {
  return longDay.format(toUtc(day)).replace(",", "");
}

/** `Sat` */
export function formatWeekday(day: string): string {
  return weekday.format(toUtc(day));
}

/** `14 Mar` */
export function formatShortDay(day: string): string {
  return shortDay.format(toUtc(day));
}

function toUtc(day: string): Date {
  const date = new Date(`${day}T00:00:00Z`);
  return Number.isNaN(date.getTime()) ? new Date(0) : date;
}
