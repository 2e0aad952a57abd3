import { join } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import type { ReleaseRecord } from "../hosts/host.ts";
import type { DatabaseBackups, KeptBackup, RestoredDatabase } from "../recovery/backup.ts";
import { durationText } from "../shared/duration.ts";
import { allEnded } from "./all-ended.ts";
import { dataFindings, restoredFinding } from "./data-findings.ts";
import type { Recorder } from "./recorder.ts";
import { onCopyOf, rehearseReleases } from "./rehearse-releases.ts";
import { migrationFinding, runMigrations } from "./run-migrations.ts";
import { schemaDiff } from "./schema-diff.ts";
import type { Scratch } from "./scratch.ts";
import { copyDatabase, databaseState, type DatabaseState } from "./scratch-database.ts";
import { outcomeOf, type Finding, type RehearsalVerdict } from "./verdict.ts";

export interface RehearsalStage {
  readonly scratch: Scratch;
  readonly recorder: Recorder;
  /** The release in force, and the one that is to follow it. */
  readonly old: ReleaseRecord;
  readonly fresh: ReleaseRecord;
  readonly migrate: readonly string[] | undefined;
  readonly migrateWithinMs: number;
  /** The variable that tells an application where its database is. */
  readonly variable: string;
}

export interface RehearsalOrder {
  readonly release: ReleaseRecord;
  readonly previous: ReleaseRecord | undefined;
  readonly migrate: readonly string[] | undefined;
  readonly migrateWithinMs: number;
  readonly variable: string;
  readonly backups: DatabaseBackups;
  /** Opens the scratch environment, with what notes failing statements laid in it. */
  open(signal: AbortSignal): Promise<{ readonly scratch: Scratch; readonly recorder: Recorder }>;
  readonly now: () => number;
  readonly progress: (text: string) => void;
}

/**
 * Tries a release on restored data: its migrations, the release in force on the migrated data, the new release, the way back. Production
 * is not touched. What is wrong with a release is in the verdict; thrown is only what kept the rehearsal itself from being held.
 */
export async function rehearse(order: RehearsalOrder, signal: AbortSignal): Promise<RehearsalVerdict> {
  const { release, previous, now } = order;
  const [at, start] = [now(), performance.now()];
  let backup: KeptBackup | undefined;
  const verdict = (
    findings: readonly Finding[],
    schemaChanges: readonly string[] = [],
  ): RehearsalVerdict => ({
    format: 1,
    release: release.id,
    previous: previous?.id,
    backup: backup?.id,
    at,
    durationMs: Math.round(performance.now() - start),
    outcome: outcomeOf(findings),
    findings,
    schemaChanges,
  });
  if (previous === undefined)
    return verdict([notProven("release in force", "there is none yet, so there is nothing to rehearse on")]);
  backup = (await order.backups.list(signal)).at(-1);
  if (backup === undefined) {
    return verdict([
      notProven("restored", `there is no backup yet; \`cozy backup ${release.environment}\` makes one`),
    ]);
  }
  order.progress("opening a scratch environment");
  const { scratch, recorder } = await order.open(signal);
  try {
    const { migrate, migrateWithinMs, variable } = order;
    const stage = { scratch, recorder, old: previous, fresh: release, migrate, migrateWithinMs, variable };
    const seen = await onRestored(stage, backup, order, signal);
    return verdict(seen.findings, seen.schemaChanges);
  } finally {
    await scratch.close();
  }
}

interface Seen {
  readonly findings: readonly Finding[];
  readonly schemaChanges?: readonly string[];
}

async function onRestored(
  stage: RehearsalStage,
  backup: KeptBackup,
  { backups, progress }: RehearsalOrder,
  signal: AbortSignal,
): Promise<Seen> {
  const { scratch, old, fresh } = stage;
  progress(`restoring backup ${backup.id}`);
  const start = performance.now();
  const [restored] = await allEnded([
    restoredOrFault(backups, backup, scratch.databaseFile, signal),
    scratch.place(soonStopped(old), signal),
    scratch.place(soonStopped(fresh), signal),
  ]);
  if (restored instanceof CozyError) {
    const details = restored.details.length > 0 ? { details: restored.details } : {};
    return { findings: [{ name: "restored", outcome: "fail", text: restored.message, ...details }] };
  }
  const sealed = sealFinding(scratch);
  const first = [restoredFinding(restored, performance.now() - start), sealed];
  const before = await databaseState(scratch.databaseFile, signal);
  const files = { before: beside(scratch, "before"), migrated: beside(scratch, "migrated") };
  await copyDatabase(scratch.databaseFile, files.before);
  await copyDatabase(files.before, files.migrated);

  const migrated = await migrations(stage, files.migrated, before, progress, signal);
  if (migrated.after === undefined) {
    return { findings: [...first, ...(await blamed(stage, files.before, migrated.findings, signal))] };
  }
  const changes = schemaDiff(before.schema, migrated.after.schema);
  const tried = await rehearseReleases(
    stage,
    { before, after: migrated.after, changes, files },
    progress,
    signal,
  );
  return {
    findings: [...first, ...migrated.findings, ...tried],
    schemaChanges: changes.map(({ text }) => text),
  };
}

async function restoredOrFault(
  backups: DatabaseBackups,
  backup: KeptBackup,
  file: string,
  signal: AbortSignal,
): Promise<RestoredDatabase | CozyError> {
  try {
    return await backups.restore(backup, file, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof CozyError) return error;
    throw error;
  }
}

/** Some workers take their time to end, and nothing of a rehearsal has to be ended in good order. */
function soonStopped(release: ReleaseRecord): ReleaseRecord {
  const processes = Object.entries(release.processes).map(([type, process]) => [
    type,
    { ...process, stopTimeoutMs: Math.min(process.stopTimeoutMs, 500) },
  ]);
  return { ...release, processes: Object.fromEntries(processes) };
}

/** Alone on the machine, as far as it is up to the rehearsal, because they are timed. */
async function migrations(
  stage: RehearsalStage,
  file: string,
  before: DatabaseState,
  progress: (text: string) => void,
  signal: AbortSignal,
): Promise<{ readonly findings: readonly Finding[]; readonly after?: DatabaseState }> {
  const { migrate, fresh, migrateWithinMs } = stage;
  if (migrate === undefined) {
    return {
      findings: [{ name: "migrations", outcome: "pass", text: "the project has none" }],
      after: before,
    };
  }
  const command = migrate.join(" ");
  progress(`${command} on the restored data`);
  const run = { ...stage, release: fresh.id, command: migrate, file, withinMs: migrateWithinMs };
  const result = await runMigrations(run, signal);
  if (result.fault !== undefined) return { findings: [migrationFinding("migrations", result, "")] };
  const after = await databaseState(file, signal);
  const nothing = after.hash === before.hash ? ", and changed nothing" : "";
  const limit = durationText(migrateWithinMs);
  const good = `${command} took ${durationText(result.durationMs)} of at most ${limit}${nothing}`;
  return { findings: [migrationFinding("migrations", result, good), ...dataFindings(before, after)], after };
}

/** Where the release in force can't be started here either, it is the rehearsal that lacks something, and not the migrations. */
async function blamed(
  stage: RehearsalStage,
  file: string,
  findings: readonly Finding[],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { ready } = await onCopyOf(file, stage, stage.old, [], signal);
  if (ready.ok) return findings;
  const why = `the release in force does not get ready here either, so it may be the rehearsal that lacks something (${ready.faults.join("; ")})`;
  return findings.map((finding) => ({
    ...finding,
    outcome: finding.outcome === "fail" ? "not proven" : finding.outcome,
    text: `${finding.text}; ${why}`,
    details: [...(finding.details ?? []), ...ready.tail],
  }));
}

/** Without a seal what the releases do could reach others, so less of them is started. */
function sealFinding({ sealed }: Scratch): Finding {
  return sealed === true
    ? { name: "sealed off", outcome: "pass", text: "nothing of the rehearsal could reach the network" }
    : notProven("sealed off", sealed);
}

function notProven(name: string, text: string): Finding {
  return { name, outcome: "not proven", text };
}

function beside(scratch: Scratch, name: string): string {
  return join(scratch.databaseFile, "..", `${name}.sqlite`);
}
