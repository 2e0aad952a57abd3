import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { isFields, readKept } from "../artifacts/kept-file.ts";
import { recordEvidence } from "../promises/evidence.ts";
import { writeAtomically } from "../shared/atomic-write.ts";
import type { RehearsalVerdict } from "./verdict.ts";

/** Keeps the verdict with the environment's evidence, and what it says of the backup with the promises. */
export async function keepVerdict(evidence: string, verdict: RehearsalVerdict, by: string): Promise<void> {
  const folder = join(evidence, "rehearsals");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeAtomically(fileOf(evidence, verdict.release), `${JSON.stringify(verdict, undefined, 2)}\n`);
  const restored = verdict.findings.find(({ name }) => name === "restored");
  if (restored === undefined || verdict.backup === undefined) return;
  await recordEvidence(evidence, {
    format: 1,
    promise: "backups-restorable",
    at: verdict.at,
    outcome: restored.outcome === "pass" ? "kept" : "broken",
    measured: restored.durationMs === undefined ? undefined : Math.round(restored.durationMs),
    declared: undefined,
    text: restored.text,
    release: verdict.previous,
    backup: verdict.backup,
    by,
    ...(restored.details && { details: restored.details }),
  });
}

/** What a rehearsal of the release came to, where there was one. */
export async function readVerdict(evidence: string, release: string): Promise<RehearsalVerdict | undefined> {
  return readKept(fileOf(evidence, release), isVerdict);
}

function fileOf(evidence: string, release: string): string {
  return join(evidence, "rehearsals", `${release}.json`);
}

function isVerdict(value: unknown): value is RehearsalVerdict {
  return (
    isFields(value) &&
    typeof value["release"] === "string" &&
    typeof value["outcome"] === "string" &&
    Array.isArray(value["findings"]) &&
    Array.isArray(value["schemaChanges"])
  );
}
