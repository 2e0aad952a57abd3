import { readRelease } from "../hosts/release-folder.ts";
import type { DatabaseBackups } from "../recovery/backup.ts";
import { keepVerdict } from "./keep-verdict.ts";
import { openRecorded } from "./open-recorded.ts";
import { rehearse } from "./rehearse.ts";
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

export interface RehearserParts extends Omit<ScratchParts, "name" | "variables"> {
  readonly backups: () => Promise<DatabaseBackups>;
  /** What differs in a rehearsal, by the project file. */
  readonly variables: () => Promise<ScratchParts["variables"]>;
}

/** Rehearses on this machine. */
export function thisMachineRehearser(parts: RehearserParts): Rehearser {
  const { environment, paths, now } = parts;
  return {
    async rehearse({ release, previous, migrate, migrateWithinMs, by }, progress, signal) {
      const variable = environment.database?.variable ?? "DATABASE_URL";
      const verdict = await rehearse(
        {
          release: await readRelease(paths, release),
          previous: previous === undefined ? undefined : await readRelease(paths, previous),
          migrate,
          migrateWithinMs,
          variable,
          backups: await parts.backups(),
          open: async (within) =>
            openRecorded(
              { ...parts, name: "rehearsal", variables: await parts.variables() },
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
    },
  };
}
