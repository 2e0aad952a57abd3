import { firstInForce } from "../engine/release-changes.ts";
import type { JournalStore } from "../engine/journal-store.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { readRelease } from "../hosts/release-folder.ts";
import { currentRelease } from "../hosts/machine/current-release.ts";
import type { Environment } from "../project/project.ts";
import { openRecorded } from "../rehearsal/open-recorded.ts";
import type { ScratchGiven } from "../rehearsal/scratch-given.ts";
import type { ScratchParts } from "../rehearsal/scratch.ts";
import type { DatabaseBackups } from "./backup.ts";
import type { DrillPromises } from "./drill-findings.ts";
import type { DrillVerdict } from "./drill-verdict.ts";
import { drill } from "./drill.ts";
import { keepDrill } from "./keep-drill.ts";

export interface DrillRequest extends ScratchGiven {
  /** This backup; the newest that can be restored where it is left out. */
  readonly backup: string | undefined;
  readonly promises: Pick<DrillPromises, "rtoMs" | "rpoMs">;
}

export interface DrillParts extends Omit<ScratchParts, "name" | "variables" | "persist" | "environment"> {
  readonly environment: Pick<Environment, "name" | "database" | "media" | "backups">;
  readonly journals: JournalStore;
  readonly backups: () => Promise<DatabaseBackups>;
  readonly now: () => number;
}

/** Holds a drill where the environment's data are, and keeps what came out with its evidence. */
export async function holdDrill(
  parts: DrillParts,
  { backup, promises, persist, variables }: DrillRequest,
  progress: (text: string) => void,
  signal: AbortSignal,
): Promise<DrillVerdict> {
  const { environment, paths, journals, now } = parts;
  const current = await currentRelease(paths);
  if (current === undefined) throw nothingInForce(environment.name);
  const [release, backups, since] = await Promise.all([
    readRelease(paths, current),
    parts.backups(),
    firstInForce(journals),
  ]);
  const verdict = await drill(
    {
      environment: environment.name,
      release,
      backups,
      only: backup,
      promises: {
        ...promises,
        keepMs: environment.backups?.keepMs,
        since,
        heartbeat: release.backups !== undefined,
      },
      open: async (within) =>
        openRecorded({ ...parts, name: "drill", persist, variables }, [release.id], within),
      now,
      progress,
    },
    signal,
  );
  await keepDrill(paths.evidence, verdict, promises);
  return verdict;
}

function nothingInForce(environment: string): CozyError {
  return new CozyError("unknown-release", {
    message: `${environment} has no release yet, so nothing could be started on restored data.`,
    state: "Nothing was changed.",
    next: `cozy deploy ${environment}`,
  });
}
