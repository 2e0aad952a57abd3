import { parseMoment } from "../recovery/parse-moment.ts";
import { durationMs, durationPattern } from "../project/units.ts";

/** A moment in milliseconds since the epoch: as it is written, or so long ago (`30m`). `undefined` for anything else. Pure. */
export function parseSince(text: string, now: number): number | undefined {
  const moment = parseMoment(text);
  if (moment !== undefined) return moment;
  return durationPattern.test(text) ? now - durationMs(text) : undefined;
}
