import { CozyError } from "../errors/cozy-error.ts";
import { readRelease, releaseAt } from "../hosts/release-folder.ts";
import type { MachineHost } from "../hosts/machine/machine-host.ts";
import { currentRelease } from "../hosts/machine/current-release.ts";
import type { Schedule } from "../project/project.ts";
import { allSchedules } from "../recovery/backup-schedules.ts";
import { knownSchedules, schedulePlace, type SchedulePlace } from "../schedules/schedule-place.ts";
import { nearest } from "../shared/nearest.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { openHost } from "./open-host.ts";

/** The schedules of the release that serves, with the places where what came of them is kept. */
export interface OpenSchedules {
  readonly environment: string;
  readonly release: string;
  readonly releaseFolder: string;
  /** The backups among them. */
  readonly schedules: Readonly<Record<string, Schedule>>;
  /** The environment's folder of them. */
  readonly folder: string;
  /** Where the application has a user of its own, who alone runs its commands. */
  readonly server?: (() => Promise<MachineHost>) | undefined;
}

export async function openSchedules(
  context: CommandContext,
  opened: OpenEnvironment,
): Promise<OpenSchedules> {
  const { environment, paths } = opened;
  const release = await currentRelease(paths);
  if (release === undefined) {
    throw new CozyError("unknown-release", {
      message: `${environment.name} has no release yet, and so no schedules.`,
      next: `cozy deploy ${environment.name}`,
    });
  }
  const { folder } = releaseAt(paths, release);
  return {
    environment: environment.name,
    release,
    releaseFolder: folder,
    schedules: allSchedules(await readRelease(paths, release), folder),
    folder: paths.schedules,
    server: context.onHost && (() => openHost(context, opened)),
  };
}

/** A schedule of the release that serves. */
export function scheduleOf(
  opened: OpenSchedules,
  name: string,
): { schedule: Schedule; place: SchedulePlace } {
  const schedule = Object.hasOwn(opened.schedules, name) ? opened.schedules[name] : undefined;
  if (schedule === undefined) throw unknownSchedule(opened, name, Object.keys(opened.schedules));
  return { schedule, place: schedulePlace(opened.folder, name) };
}

/** The place of a schedule that is, or of one that was and has left something behind. */
export function placeOf(opened: OpenSchedules, name: string): SchedulePlace {
  const known = [...new Set([...Object.keys(opened.schedules), ...knownSchedules(opened.folder)])];
  if (!known.includes(name)) throw unknownSchedule(opened, name, known);
  return schedulePlace(opened.folder, name);
}

function unknownSchedule(
  { environment, release }: OpenSchedules,
  name: string,
  known: readonly string[],
): CozyError {
  const near = nearest(name, known);
  return new CozyError("unknown-schedule", {
    message: `Release ${release} has no schedule "${name}"${near.length > 0 ? `; did you mean ${near.join(" or ")}?` : "."}`,
    details: [known.length === 0 ? "It has no schedules." : `Its schedules: ${known.join(", ")}`],
    next: `cozy schedules ${environment}`,
  });
}
