const millisecondsIn: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const bytesIn: Readonly<Record<string, number>> = { KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };

export const durationPattern = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
export const sizePattern = /^(\d+(?:\.\d+)?)(KB|MB|GB)$/;

/** Milliseconds in a duration that the schema has let pass: `"4h"`, `"250ms"`. */
export function durationMs(text: string): number {
  const [, amount, unit = ""] = durationPattern.exec(text) ?? [];
  return Math.round(Number(amount) * (millisecondsIn[unit] ?? Number.NaN));
}

/** Bytes in a size that the schema has let pass: `"512MB"`, in steps of 1024. */
export function sizeBytes(text: string): number {
  const [, amount, unit = ""] = sizePattern.exec(text) ?? [];
  return Math.round(Number(amount) * (bytesIn[unit] ?? Number.NaN));
}
