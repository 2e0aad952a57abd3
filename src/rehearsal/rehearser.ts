import { readRelease } from "../hosts/release-folder.ts";
import type { DatabaseBackups } from "../recovery/backup.ts";
import { keepVerdict } from "./keep-verdict.ts";
import { openRecorded } from "./open-recorded.ts";
import { rehearse } from "./rehearse.ts";
import type { ScratchGiven } from "./scratch-given.ts";
import type { ScratchParts } from "./scratch.ts";
import type { RehearsalVerdict } from "./verdict.ts";

/** What an operation needs of rehearsals. */
export interface Rehearser {
  /** Tries a release that is placed, and keeps the verdict with the environment's evidence. */
  rehearse(
    request: RehearsalRequest,
    progress: (text: string) => void,
    signal: AbortSignal,
  ): Promise<RehearsalVerdict>;
}

export interface RehearsalRequest {
  readonly release: string;
  /** The release in force. */
  readonly previous: string | undefined;
  readonly migrate: readonly string[] | undefined;
  readonly migrateWithinMs: number;
  /** The command that the measurement is from: `cozy deploy production`. */
  readonly by: string;
}

export interface RehearsalParts extends Omit<ScratchParts, "name" | "variables" | "persist"> {
  readonly backups: () => Promise<DatabaseBackups>;
  readonly now: () => number;
}

/** Holds a rehearsal where the environment's data are, and keeps its verdict there. */
export async function holdRehearsal(
  parts: RehearsalParts,
  request: RehearsalRequest & ScratchGiven,
  progress: (text: string) => void,
  signal: AbortSignal,
): Promise<RehearsalVerdict> {
  const { environment, paths, now } = parts;
  const { release, previous, migrate, migrateWithinMs, by, persist, variables } = request;
  const verdict = await rehearse(
    {
      release: await readRelease(paths, release),
      previous: previous === undefined ? undefined : await readRelease(paths, previous),
      migrate,
      migrateWithinMs,
      variable: environment.database?.variable ?? "DATABASE_URL",
      backups: await parts.backups(),
      open: async (within) =>
        openRecorded(
          { ...parts, name: "rehearsal", persist, variables },
          [release, previous].filter((id) => id !== undefined),
          within,
        ),
      now,
      progress,
    },
    signal,
  );
  await keepVerdict(paths.evidence, verdict, by);
  return verdict;
}
