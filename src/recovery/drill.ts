import { CozyError } from "../errors/cozy-error.ts";
import type { ReleaseRecord } from "../hosts/host.ts";
import { allEnded } from "../rehearsal/all-ended.ts";
import type { RecordedScratch } from "../rehearsal/open-recorded.ts";
import { outcomeOf, type Finding } from "../rehearsal/verdict.ts";
import { durationText } from "../shared/duration.ts";
import type { DatabaseBackups, KeptBackup, RestoredDatabase, Stage } from "./backup.ts";
import { isSound, namedBackup } from "./choose-backup.ts";
import {
  ageFinding,
  damagedFinding,
  releaseFinding,
  restoredFindings,
  retentionFinding,
  sealFinding,
  timeFinding,
  type DrillPromises,
} from "./drill-findings.ts";
import type { DamagedBackup, DrillVerdict } from "./drill-verdict.ts";
import { tryRestored } from "./try-restored.ts";

export interface DrillOrder {
  readonly environment: string;
  /** The release in force. */
  readonly release: ReleaseRecord;
  readonly backups: DatabaseBackups;
  /** Only this backup, by its id; the newest that can be restored where it is left out. */
  readonly only: string | undefined;
  readonly promises: DrillPromises;
  open(signal: AbortSignal): Promise<RecordedScratch>;
  readonly now: () => number;
  readonly progress: (text: string) => void;
}

/**
 * Brings the data back where nobody uses it: the newest backup that can be restored, the release in force started on it and asked, the
 * time by stage and the age of the data held against what is promised. Thrown is only what kept the drill itself from being held.
 */
export async function drill(order: DrillOrder, signal: AbortSignal): Promise<DrillVerdict> {
  const { environment, release, now } = order;
  const [at, start] = [now(), performance.now()];
  const kept = await order.backups.list(signal);
  const found: Stage = { name: "find", durationMs: performance.now() - start };
  const seen = await restoredAndTried({ ...order, kept, at, start, found }, signal);
  return {
    format: 1,
    environment,
    release: release.id,
    backup: seen.restored?.record.id,
    backupAt: seen.restored?.record.at,
    at,
    durationMs: Math.round(performance.now() - start),
    outcome: outcomeOf(seen.findings),
    findings: seen.findings,
    stages: [found, ...seen.stages].map(({ name, durationMs }) => ({
      name,
      durationMs: Math.round(durationMs),
    })),
    damaged: seen.damaged,
    rtoMs: seen.rtoMs === undefined ? undefined : Math.round(seen.rtoMs),
    ageMs: seen.ageMs,
  };
}

interface DrillWork extends DrillOrder {
  readonly kept: readonly KeptBackup[];
  readonly at: number;
  readonly start: number;
  readonly found: Stage;
}

interface Seen {
  readonly findings: readonly Finding[];
  readonly damaged: readonly DamagedBackup[];
  readonly stages: readonly Stage[];
  readonly restored?: RestoredDatabase;
  readonly rtoMs?: number | undefined;
  readonly ageMs?: number;
}

async function restoredAndTried(work: DrillWork, signal: AbortSignal): Promise<Seen> {
  const { promises, release, environment, kept, at, start, progress } = work;
  const retention = retentionFinding(kept, promises, at);
  const candidates =
    work.only === undefined ? kept.toReversed() : [namedBackup(kept, work.only, environment)];
  if (candidates.length === 0) {
    const text = `there is no backup; \`cozy backup ${environment}\` makes one`;
    return { findings: [{ name: "restored", outcome: "not proven", text }], damaged: [], stages: [] };
  }
  progress("opening a scratch environment");
  const opening = performance.now();
  const recorded = await work.open(signal);
  const opened: Stage = { name: "open", durationMs: performance.now() - opening };
  try {
    const { restored, damaged, stages } = await restoreFirst(work, candidates, recorded, signal);
    const before = [opened, ...stages];
    const bad = damaged.map(damagedFinding);
    if (restored === undefined) {
      return { findings: [...bad, ...unproven(promises), ...retention], damaged, stages: before };
    }
    progress(`starting ${release.id} on it`);
    const trial = await tryRestored(recorded, release, signal);
    const totalMs = performance.now() - start;
    const ran = releaseFinding(trial);
    // Without a right answer there is no moment at which the data was back.
    const rtoMs = ran.outcome === "pass" ? totalMs : undefined;
    const age = ageFinding(restored, promises, at);
    return {
      findings: [
        ...bad,
        ...restoredFindings(restored),
        sealFinding(recorded.scratch.sealed),
        ran,
        timeFinding(rtoMs, promises),
        age.finding,
        ...retention,
      ],
      damaged,
      stages: [...before, ...trial.stages],
      restored,
      rtoMs,
      ageMs: age.ageMs,
    };
  } finally {
    await recorded.scratch.close();
  }
}

interface FirstRestored {
  readonly restored: RestoredDatabase | undefined;
  readonly damaged: readonly DamagedBackup[];
  readonly stages: readonly Stage[];
}

/** The newest that can be restored; those that can't are told, since each was believed in. */
async function restoreFirst(
  { backups, release, progress }: DrillWork,
  candidates: readonly KeptBackup[],
  { scratch }: RecordedScratch,
  signal: AbortSignal,
): Promise<FirstRestored> {
  const damaged: DamagedBackup[] = [];
  const tried = performance.now();
  let isPlaced = false;
  for (const backup of candidates) {
    if (!isSound(backup)) {
      damaged.push({ id: backup.id, why: backup.fault ?? "it can't be read" });
      continue;
    }
    progress(`restoring backup ${backup.id}`);
    const lost = performance.now() - tried;
    const [restored] = await allEnded([
      restoredOrWhy(backups, backup, scratch.databaseFile, signal),
      isPlaced ? Promise.resolve() : scratch.place(release, signal),
    ]);
    isPlaced = true;
    if (typeof restored !== "string") {
      const wasted = damaged.length === 0 ? [] : [{ name: "damaged backups", durationMs: lost }];
      return { restored, damaged, stages: [...wasted, ...restored.stages] };
    }
    damaged.push({ id: backup.id, why: restored });
  }
  return {
    restored: undefined,
    damaged,
    stages: [{ name: "damaged backups", durationMs: performance.now() - tried }],
  };
}

async function restoredOrWhy(
  backups: DatabaseBackups,
  backup: KeptBackup,
  file: string,
  signal: AbortSignal,
): Promise<RestoredDatabase | string> {
  try {
    return await backups.restore(backup, file, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof CozyError) || error.code !== "backup-damaged") throw error;
    return [error.message, ...error.details]
      .join(" ")
      .replace(/^Backup \S+ can't be restored: /, "")
      .replace(/\.$/, "");
  }
}

/** What would have been measured on a backup that can't be restored. */
function unproven({ rtoMs, rpoMs }: DrillPromises): Finding[] {
  const text = "no backup could be restored";
  const row = (name: string, promisedMs: number | undefined): Finding => ({
    name,
    outcome: "not proven",
    text: promisedMs === undefined ? text : `${text}; promised: ${durationText(promisedMs)}`,
  });
  return [row("release", undefined), row("recovery time", rtoMs), row("age of the data", rpoMs)];
}
