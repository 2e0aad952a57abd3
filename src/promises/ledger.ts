import { backupRows } from "./backup-rows.ts";
import type { CountedFleet, PromiseFacts, PromiseRow } from "./promise.ts";
import { recoveryRows } from "./recovery-rows.ts";
import { scheduleRow } from "./schedule-row.ts";
import { trafficRows } from "./traffic-rows.ts";

/** Everything that an environment promises, beside what was measured. */
export interface Ledger {
  readonly environment: string;
  readonly at: number;
  readonly release: string | undefined;
  /** The worst of the rows: one that is broken, else one that is not proven. */
  readonly outcome: LedgerOutcome;
  /** The hosts of a fleet whose requests were counted for it, and those that could not be asked; absent where there is one host. */
  readonly requestsOf?: Pick<CountedFleet, "counted" | "uncounted"> | undefined;
  readonly rows: readonly PromiseRow[];
}

export type LedgerOutcome = "kept" | "broken" | "not proven";

/** Pure: what is known goes in, what that proves comes out. */
export function ledgerOf(facts: PromiseFacts): Ledger {
  const rows = [
    ...recoveryRows(facts),
    ...backupRows(facts),
    ...trafficRows(facts),
    ...facts.schedules.map((schedule) => scheduleRow(schedule, facts)),
  ];
  const { environment, now, current, fleet } = facts;
  return {
    environment,
    at: now,
    release: current,
    outcome: outcomeOf(rows),
    ...(fleet && { requestsOf: { counted: fleet.counted, uncounted: fleet.uncounted } }),
    rows,
  };
}

function outcomeOf(rows: readonly PromiseRow[]): LedgerOutcome {
  if (rows.some(({ state }) => state === "broken")) return "broken";
  return rows.some(({ state }) => state === "not proven") ? "not proven" : "kept";
}
