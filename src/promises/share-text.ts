/** The share of the good, never rounded up to what it was not: `99.98 %`. */
export function shareText(bad: number, of: number): string {
  if (bad === 0) return "100 %";
  const percent = (100 * (of - bad)) / of;
  return `${Math.floor(percent * 1_000) / 1_000} %`;
}
