/** A duration as people say it: `80 ms`, `1.4 s`, `12 s`, `2 min 5 s`, `3 h`, `3 h 10 min`. */
export function durationText(durationMs: number): string {
  const ms = Math.max(0, Math.round(durationMs));
  if (ms < 1000) return `${ms} ms`;
  if (ms < 9_950) return `${(ms / 1000).toFixed(1).replace(/\.0$/, "")} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return joined(Math.floor(seconds / 60), "min", seconds % 60, "s");
  const minutes = Math.round(seconds / 60);
  return joined(Math.floor(minutes / 60), "h", minutes % 60, "min");
}

export const dayMs = 86_400_000;

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

/** A moment as it stands in messages and names: `2026-11-24 13:24:25 UTC`. */
export function momentText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
