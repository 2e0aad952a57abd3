/** Rooms are let in half hours: everything starts on one, and lasts a whole number of them. */
export const UNIT_MINUTES = 30;

/** The units that a booking takes, in order. */
export function unitsOf(startMinute: number, durationMinutes: number): number[] {
  const first = startMinute / UNIT_MINUTES;
  return Array.from({ length: Math.ceil(durationMinutes / UNIT_MINUTES) }, (_, index) => first + index);
}
