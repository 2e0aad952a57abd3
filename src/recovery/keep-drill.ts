import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { recordEvidence, type Evidence, type PromiseName } from "../promises/evidence.ts";
import type { Finding, Outcome } from "../rehearsal/verdict.ts";
import { writeAtomically } from "../shared/atomic-write.ts";
import { durationText } from "../shared/duration.ts";
import type { DrillPromises } from "./drill-findings.ts";
import { summary } from "./drill-text.ts";
import type { DrillVerdict } from "./drill-verdict.ts";
import { stampOf } from "./swap-files.ts";

/** Keeps the verdict, and what it says of each promise with that promise's evidence. */
export async function keepDrill(
  folder: string,
  verdict: DrillVerdict,
  promises: Pick<DrillPromises, "rtoMs" | "rpoMs">,
): Promise<void> {
  const drills = join(folder, "drills");
  await mkdir(drills, { recursive: true, mode: 0o700 });
  await writeAtomically(
    join(drills, `${stampOf(verdict.at)}.json`),
    `${JSON.stringify(verdict, undefined, 2)}\n`,
  );
  for (const evidence of drillEvidence(verdict, promises)) await recordEvidence(folder, evidence);
}

/** One a promise; of what is not promised there is nothing to keep or break. Pure. */
export function drillEvidence(
  verdict: DrillVerdict,
  { rtoMs, rpoMs }: Pick<DrillPromises, "rtoMs" | "rpoMs">,
): Evidence[] {
  const stages = verdict.stages.map(({ name, durationMs }) => `${name}: ${durationText(durationMs)}`);
  const row = (
    promise: PromiseName,
    name: string,
    measured: number | undefined,
    declared: number | undefined,
  ): Evidence[] => {
    const finding = verdict.findings.find((one) => one.name === name);
    if (declared === undefined || finding === undefined) return [];
    return [evidenceOf(verdict, promise, finding, { measured, declared, details: stages })];
  };
  return [
    ...row("recovery.rto", "recovery time", verdict.rtoMs, rtoMs),
    ...row("recovery.rpo", "age of the data", verdict.ageMs, rpoMs),
    ...restorable(verdict),
  ];
}

/** Broken as soon as one of those that were tried can't be restored: it was kept to be. */
function restorable(verdict: DrillVerdict): Evidence[] {
  const found = verdict.findings.filter(({ name }) => ["restored", "integrity", "rows"].includes(name));
  const worst =
    found.find(({ outcome }) => outcome === "fail") ?? found.find(({ outcome }) => outcome !== "pass");
  const [first] = found;
  const finding = worst ?? first;
  if (finding === undefined) return [];
  const backup = verdict.damaged[0]?.id ?? verdict.backup;
  const details = verdict.findings.map(({ name, outcome, text }) => `${name}: ${outcome}: ${text}`);
  const more = { measured: undefined, declared: undefined, details };
  return [{ ...evidenceOf(verdict, "backups-restorable", finding, more), backup }];
}

const outcomes = { pass: "kept", fail: "broken", "not proven": "not proven" } as const satisfies Record<
  Outcome,
  Evidence["outcome"]
>;

function evidenceOf(
  verdict: DrillVerdict,
  promise: PromiseName,
  { outcome, text }: Pick<Finding, "outcome" | "text">,
  more: Pick<Evidence, "measured" | "declared"> & { readonly details: readonly string[] },
): Evidence {
  return {
    format: 1,
    promise,
    at: verdict.at,
    outcome: outcomes[outcome],
    text,
    release: verdict.release,
    backup: verdict.backup,
    by: `cozy drill ${verdict.environment}`,
    ...more,
    details: [...more.details, summary(verdict)],
  };
}
