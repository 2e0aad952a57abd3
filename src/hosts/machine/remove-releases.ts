import { rm } from "node:fs/promises";
import { join } from "node:path";
import { releaseOf } from "../../routing/route-table.ts";
import { explained } from "../../schedules/explained.ts";
import { goesOn, readRunning } from "../../schedules/running.ts";
import { knownSchedules, schedulePlace } from "../../schedules/schedule-place.ts";
import type { EnvironmentPaths } from "../environment-paths.ts";
import { listReleases, removeRelease } from "../release-folder.ts";
import { pruneStatic } from "../static-files.ts";
import { currentRelease } from "./current-release.ts";
import { routesInForce } from "./switch-routes.ts";

/** Removes what releases have left here, except of those that are needed; the next deploy asks again. */
export async function removeReleases(
  paths: EnvironmentPaths,
  runFolder: string,
  releases: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const needed = new Set([
    await currentRelease(paths),
    ...Object.keys(await routesInForce(runFolder)).map(releaseOf),
    ...(await explained(() => releasesWithRuns(paths.schedules))),
  ]);
  for (const release of releases.filter((id) => !needed.has(id))) {
    signal.throwIfAborted();
    await removeRelease(paths, release);
    const leftovers = [join(paths.logs, release), join(paths.run, release)];
    await Promise.all(leftovers.map((folder) => rm(folder, { recursive: true, force: true })));
  }
  const kept = (await listReleases(paths)).filter(({ damaged }) => damaged === undefined);
  await pruneStatic(
    paths,
    kept.map(({ id }) => id),
  );
}

/** A run of a schedule may outlast its release by far, and still needs its files. */
function releasesWithRuns(schedules: string): string[] {
  return knownSchedules(schedules).flatMap((name) => {
    const run = readRunning(schedulePlace(schedules, name));
    return run !== undefined && goesOn(run) ? [run.release] : [];
  });
}
