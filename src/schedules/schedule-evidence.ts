import { allEvidence, type RunEvidence } from "./evidence.ts";
import { newerFile } from "./explained.ts";
import { schedulePlace } from "./schedule-place.ts";

/**
 * What is known of the runs of a schedule, oldest first: what came of each start, also of those that nothing came of. `schedules` is the
 * environment's folder of them. `unreadable` counts lines that a power cut tore.
 */
export async function scheduleEvidence(
  schedules: string,
  name: string,
): Promise<{ readonly runs: readonly RunEvidence[]; readonly unreadable: number }> {
  const place = schedulePlace(schedules, name);
  const { runs, unreadable, newer } = await allEvidence(place);
  if (newer > 0) throw newerFile(place.evidence);
  return { runs, unreadable };
}
