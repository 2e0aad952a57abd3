import { isSound } from "../recovery/choose-backup.ts";
import { drilled } from "./drilled.ts";
import { lastDecisive, type PromiseFacts, type PromiseRow } from "./promise.ts";
import { retentionRow } from "./retention-row.ts";
import { counted, listed } from "../shared/words.ts";

/** What cozy promises of backups by itself, where any are declared. */
export function backupRows(facts: PromiseFacts): PromiseRow[] {
  const { backups } = facts;
  return backups === undefined ? [] : [restorableRow(facts), retentionRow(backups, facts)];
}

/**
 * Every one of them is whole, as far as its manifest and its files tell, and one was restored not long ago: a drill each time one is made
 * would be as dear as it is seldom asked for.
 */
function restorableRow(facts: PromiseFacts): PromiseRow {
  const { kept, missingStores, environment } = facts;
  const { measuredMs: _, ...drill } = drilled("backups-restorable", undefined, facts);
  const sound = kept.filter(isSound);
  const damaged = kept.filter((backup) => !isSound(backup));
  const row: PromiseRow = {
    promise: "backups-restorable",
    declared: "every backup",
    measured: kept.length === 0 ? undefined : `${sound.length} of ${kept.length} sound`,
    limitMs: facts.promises.recovery?.drillWithinMs,
    ...drill,
  };
  const faults = [
    ...damaged.map(({ id, fault }) => `${id} is damaged: ${fault ?? "it has no manifest"}`),
    ...sound.flatMap(({ id }) => failedRestore(id, facts) ?? []),
  ];
  if (faults.length > 0) {
    return { ...row, state: "broken", text: faults.join("; "), next: `cozy backups ${environment}` };
  }
  if (row.state === "broken") return row;
  if (missingStores.length > 0) return { ...row, ...missing(missingStores, environment) };
  if (kept.length === 0) {
    return {
      ...row,
      state: "not proven",
      text: "there is no backup yet",
      next: `cozy backup ${environment}`,
    };
  }
  if (row.state !== "kept") return row;
  const whole = `${counted(kept.length, "backup is", "backups are")} whole by ${kept.length === 1 ? "its manifest" : "their manifests"}`;
  return { ...row, text: `${whole}; ${row.text}` };
}

/** A damage that only a restore shows is not undone by the restore of another one. */
function failedRestore(id: string, { evidence }: PromiseFacts): string | undefined {
  const last = lastDecisive(evidence["backups-restorable"]?.filter(({ backup }) => backup === id));
  return last?.outcome === "broken" ? `${id}: ${last.text}` : undefined;
}

function missing(
  stores: readonly string[],
  environment: string,
): Pick<PromiseRow, "state" | "text" | "next"> {
  const text = `${listed(stores)} can't be looked into`;
  return { state: "not proven", text, next: `cozy backups ${environment}` };
}
