/** `2026-11-24`, `2026-11-24 03:15`, `2026-11-24T03:15:00Z`, `2026-11-24 04:15 +01:00`. */
const pattern =
  /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,3})?)?(?: ?(Z|UTC|[+-]\d\d:?\d\d))?$/i;

/**
 * A moment as people write it, in milliseconds since the epoch; without a zone it is UTC, as cozy prints moments. `undefined` for
 * anything else: a day that is not in the calendar, or a day without a time, which could mean its beginning or its end. Pure.
 */
export function parseMoment(text: string): number | undefined {
  const match = pattern.exec(text.trim());
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const at = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second);
  const read = new Date(at);
  const same =
    read.getUTCFullYear() === year &&
    read.getUTCMonth() + 1 === month &&
    read.getUTCDate() === day &&
    read.getUTCHours() === hour &&
    read.getUTCMinutes() === minute &&
    (match[6] === undefined || read.getUTCSeconds() === second);
  return same ? at - offsetMs(match[7]) : undefined;
}

function offsetMs(zone: string | undefined): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone ?? "") ?? [];
  const ms = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
  return sign === "-" ? -ms : ms;
}
