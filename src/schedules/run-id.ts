/** A run's name: its time in UTC and something drawn at random, so that names sort by age. */
export function runId(at: number, random: Uint8Array): string {
  const time = new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  return `${time}-${Buffer.from(random).toString("hex")}`;
}
