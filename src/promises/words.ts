import { durationText } from "../shared/duration.ts";
import { dayMs } from "./promise.ts";

/** A span in days where it is whole ones, and from two on: `1 d`, `30 d`, `6.9 d`, `3 h 20 min`. Never more than it was. */
export function spanText(spanMs: number): string {
  if (spanMs > 0 && spanMs % dayMs === 0) return `${spanMs / dayMs} d`;
  if (spanMs < 2 * dayMs) return durationText(spanMs);
  const days = spanMs / dayMs;
  return `${days < 10 ? Math.floor(days * 10) / 10 : Math.floor(days)} d`;
}

/** How old something is, in its largest unit: `now`, `40 s`, `59 min`, `26 h`, `3 d`. */
export function ageText(ageMs: number): string {
  const seconds = Math.floor(ageMs / 1_000);
  if (seconds < 1) return "now";
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  const hours = Math.floor(seconds / 3_600);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

/** The share of the good, never rounded up to what it was not: `99.98 %`. */
export function shareText(bad: number, of: number): string {
  if (bad === 0) return "100 %";
  const percent = (100 * (of - bad)) / of;
  return `${Math.floor(percent * 1_000) / 1_000} %`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${Math.round(count).toLocaleString("en-GB")} ${count === 1 ? one : many}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
