import { dayMs } from "../shared/duration.ts";

/** How far the clocks of a zone are ahead of UTC at an instant, in milliseconds. */
export function offsetAt(instant: number, timeZone: string): number {
  const seconds = Math.floor(instant / 1000) * 1000;
  const parts = formatOf(timeZone).formatToParts(seconds);
  const number = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((part) => part.type === type)?.value);
  const wall = Date.UTC(
    number("year"),
    number("month") - 1,
    number("day"),
    number("hour"),
    number("minute"),
    number("second"),
  );
  return wall - seconds;
}

/** The first instant after `from`, up to `to`, at which the zone's clocks are put forward or back. */
export function nextChange(timeZone: string, from: number, to: number): number | undefined {
  if (timeZone === "UTC") return undefined;
  for (let day = from; day < to; day += dayMs) {
    const end = Math.min(day + dayMs, to);
    const before = offsetAt(day, timeZone);
    if (offsetAt(end, timeZone) !== before) return firstWithAnother(timeZone, before, day, end);
  }
  return undefined;
}

/** Whether `Intl`, and with it every clock here, knows the zone. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making one is what costs. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const two = "2-digit";
  const format = new Intl.DateTimeFormat("en-u-ca-iso8601", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: two,
    day: two,
    hour: two,
    minute: two,
    second: two,
  });
  formats.set(timeZone, format);
  return format;
}

function firstWithAnother(timeZone: string, offset: number, from: number, to: number): number {
  let [before, after] = [from, to];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(middle, timeZone) === offset) before = middle;
    else after = middle;
  }
  return after;
}
