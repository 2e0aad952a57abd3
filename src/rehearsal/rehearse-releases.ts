import { join } from "node:path";
import type { ReleaseRecord } from "../hosts/host.ts";
import type { SmokeCheck } from "../project/project.ts";
import { durationText } from "../shared/duration.ts";
import { contractFinding } from "./contract.ts";
import { allEnded } from "./all-ended.ts";
import { againFinding } from "./data-findings.ts";
import type { RehearsalStage } from "./rehearse.ts";
import { failedChecks, keyOf, trialFinding, typeFindings } from "./release-findings.ts";
import { migrationFinding, runMigrations, type MigrationResult } from "./run-migrations.ts";
import { schemaDiff, type SchemaChange } from "./schema-diff.ts";
import { copyDatabase, databaseState, removeDatabase, type DatabaseState } from "./scratch-database.ts";
import { tableFindings } from "./table-findings.ts";
import { noteWrites } from "./table-writes.ts";
import { tryRelease, type Trial } from "./try-release.ts";
import { outcomeOf, type Finding } from "./verdict.ts";

export interface MigratedData {
  readonly before: DatabaseState;
  readonly after: DatabaseState;
  readonly changes: readonly SchemaChange[];
  /** Databases that nobody uses; trials run on copies of them. */
  readonly files: { readonly before: string; readonly migrated: string };
}

/** Tries both releases on the migrated data, one after the other, and the ways back. */
export async function rehearseReleases(
  stage: RehearsalStage,
  data: MigratedData,
  progress: (text: string) => void,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { old, fresh } = stage;
  const { files, before, after, changes } = data;
  progress("the release in force on the data as restored; the migrations once more");
  const [asItWas, again, back] = await allEnded([
    onCopyOf(files.before, stage, old, checksOfBoth(stage), signal),
    migrateAgain(stage, data, signal),
    migrateBack(stage, data, signal),
  ]);
  // Checks of the new release that the old one does not pass ask for what it never had.
  const { baseline, checks } = known(asItWas, old);
  const onMigrated = async () => {
    if (after.hash === before.hash) return baseline; // not a byte differs, so it would answer the same again
    progress("the release in force on the migrated data");
    return onCopyOf(files.migrated, stage, old, checks, signal);
  };
  const oldTrial = await onMigrated();
  progress("the new release on the migrated data");
  const newTrial = await onCopyOf(files.migrated, stage, fresh, fresh.smoke, signal);
  progress("the release in force again, on what the new one has written");
  const backTrial = await onPresent(stage, old, checks, signal);
  const reversed = await onReversed(stage, data, back, { baseline, checks }, progress, signal);
  const contract = contractFinding({
    changes,
    inForce: { release: old.id, contract: old.contract },
    declaredNow: fresh.contract,
  });
  const written = {
    old: new Set([oldTrial, backTrial].flatMap(({ writes }) => Object.keys(writes))),
    new: new Set(Object.keys(newTrial.writes)),
  };
  return [
    ...again,
    trialFinding("old release", oldTrial, baseline),
    trialFinding("new release", newTrial, baseline),
    trialFinding("rollback", backTrial, baseline),
    ...(contract === undefined ? [] : [contract]),
    ...typeFindings(oldTrial, newTrial, baseline),
    ...unstarted(stage),
    ...reversed,
    ...tableFindings({ before: before.schema, after: after.schema, changes, written }),
  ];
}

function checksOfBoth({ old, fresh }: RehearsalStage): SmokeCheck[] {
  return [...new Map([...old.smoke, ...fresh.smoke].map((check) => [keyOf(check), check])).values()];
}

/** The baseline without the checks that only the new release has and the old one does not pass. */
function known(
  asItWas: Trial,
  old: ReleaseRecord,
): { readonly baseline: Trial; readonly checks: readonly SmokeCheck[] } {
  const own = new Set(old.smoke.map(keyOf));
  const failed = failedChecks(asItWas);
  const answers = asItWas.answers.filter(({ of }) => own.has(keyOf(of)) || !failed.has(keyOf(of)));
  const checks = answers.length > 0 ? answers.map(({ of }) => of) : old.smoke;
  return { baseline: { ...asItWas, answers }, checks };
}

/** Tries a release on a copy of a database, whose writes are noted by table. */
export async function onCopyOf(
  file: string,
  stage: RehearsalStage,
  release: ReleaseRecord,
  checks: readonly SmokeCheck[],
  signal: AbortSignal,
): Promise<Trial> {
  const { databaseFile } = stage.scratch;
  await copyDatabase(file, databaseFile);
  noteWrites(databaseFile);
  return onPresent(stage, release, checks, signal);
}

function onPresent(
  stage: RehearsalStage,
  release: ReleaseRecord,
  checks: readonly SmokeCheck[],
  signal: AbortSignal,
): Promise<Trial> {
  const { scratch, recorder } = stage;
  const others = scratch.sealed === true ? otherTypes(release) : [];
  return tryRelease({ scratch, recorder, release, checks, others }, signal);
}

/** Their jobs are nobody's here: the queue is a memory of their own, and what they reach for is sealed off. */
function otherTypes({ processes }: ReleaseRecord): string[] {
  return Object.entries(processes).flatMap(([type, { count }]) =>
    type !== "web" && count > 0 ? [type] : [],
  );
}

function unstarted({ scratch, old, fresh }: RehearsalStage): Finding[] {
  if (scratch.sealed === true) return [];
  const types = [...new Set([...otherTypes(fresh), ...otherTypes(old)])];
  return types.map((type) => ({
    name: `process ${type}`,
    outcome: "not proven",
    text: "not started, because it could have reached what is not part of the rehearsal",
  }));
}

async function migrateAgain(
  stage: RehearsalStage,
  data: MigratedData,
  signal: AbortSignal,
): Promise<Finding[]> {
  if (stage.migrate === undefined) return [];
  const file = beside(data, "again");
  const result = await migration(stage, data, file, stage.migrate, signal);
  if (result.fault !== undefined) return [migrationFinding("migrations again", result, "")];
  const twice = await databaseState(file, signal);
  await removeDatabase(file);
  return [againFinding(data.after, twice, result.durationMs)];
}

interface Reversed {
  readonly file: string;
  readonly result: MigrationResult;
  readonly state: DatabaseState | undefined;
}

async function migrateBack(
  stage: RehearsalStage,
  data: MigratedData,
  signal: AbortSignal,
): Promise<Reversed | undefined> {
  const command = stage.fresh.migrateBack;
  if (command === undefined) return undefined;
  const file = beside(data, "back");
  const result = await migration(stage, data, file, command, signal);
  return { file, result, state: result.fault === undefined ? await databaseState(file, signal) : undefined };
}

async function migration(
  stage: RehearsalStage,
  { files }: MigratedData,
  file: string,
  command: readonly string[],
  signal: AbortSignal,
): Promise<MigrationResult> {
  await copyDatabase(files.migrated, file);
  const withinMs = stage.migrateWithinMs;
  return runMigrations({ ...stage, release: stage.fresh.id, command, file, withinMs }, signal);
}

/** The prepared way back: the schema is the one before, and the release in force runs on what is left. */
async function onReversed(
  stage: RehearsalStage,
  { before }: MigratedData,
  back: Reversed | undefined,
  { baseline, checks }: { readonly baseline: Trial; readonly checks: readonly SmokeCheck[] },
  progress: (text: string) => void,
  signal: AbortSignal,
): Promise<Finding[]> {
  const name = "migrations back";
  if (back === undefined) return [];
  const { result, state } = back;
  if (state === undefined) return [migrationFinding(name, result, "")];
  progress("the release in force after the migrations were taken back");
  const trial = trialFinding(name, await onCopyOf(back.file, stage, stage.old, checks, signal), baseline);
  const left = schemaDiff(before.schema, state.schema).map(({ text }) => text);
  const schema: Finding = { name, outcome: left.length === 0 ? "pass" : "not proven", text: "" };
  const same = left.length === 0 ? "the schema is the one before" : "the schema is not the one before";
  const details = [...left, ...(trial.details ?? [])];
  return [
    {
      name,
      outcome: outcomeOf([trial, schema]),
      text: `taken back in ${durationText(result.durationMs)}, ${same}; old release: ${trial.text}`,
      durationMs: result.durationMs,
      ...(details.length > 0 && { details }),
    },
  ];
}

function beside({ files }: MigratedData, name: string): string {
  return join(files.migrated, "..", `${name}.sqlite`);
}
