import { readRelease, readReleaseEnvironment } from "../hosts/release-folder.ts";
import { scratchPaths } from "../hosts/environment-paths.ts";
import type { DatabaseBackups } from "../recovery/backup.ts";
import { keepVerdict } from "./keep-verdict.ts";
import { recorder } from "./recorder.ts";
import { rehearse } from "./rehearse.ts";
import { openScratch, type ScratchParts } from "./scratch.ts";
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
          open: (within) =>
            opened(
              parts,
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

/** The recorder's files go into the scratch environment, whose place is known before it is there. */
async function opened(parts: RehearserParts, releases: readonly string[], signal: AbortSignal) {
  const name = "rehearsal";
  const placed = await Promise.all(releases.map((id) => readReleaseEnvironment(parts.paths, id)));
  const differing = await parts.variables();
  const own = Object.fromEntries(
    Object.entries(differing).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])),
  );
  const recording = recorder(
    scratchPaths(parts.paths, name).root,
    placed.map(({ variables }) => ({ ...variables, ...own })),
  );
  const scratch = await openScratch(
    { ...parts, name, variables: { ...differing, ...recording.variables } },
    signal,
  );
  try {
    await recording.lay();
    return { scratch, recorder: recording };
  } catch (error) {
    await scratch.close();
    throw error;
  }
}
