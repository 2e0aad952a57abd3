/** `not proven` never counts as a pass. */
export type Outcome = "pass" | "fail" | "not proven";

/** One thing that a rehearsal or a drill looks at. */
export interface Finding {
  /** `restored`, `integrity`, `migrations`, `old release`, `new release`, `rollback`, `table bookings`, … */
  readonly name: string;
  readonly outcome: Outcome;
  /** With its numbers: what was seen, or why it could not be. */
  readonly text: string;
  /** Further lines: the failing request, the failing statement, the last of a log. */
  readonly details?: readonly string[];
  readonly durationMs?: number;
}

export interface RehearsalVerdict {
  readonly format: 1;
  readonly release: string;
  /** The release in force, which was tried on the migrated copy. */
  readonly previous: string | undefined;
  readonly backup: string | undefined;
  readonly at: number;
  readonly durationMs: number;
  /** `fail` where any finding fails; `pass` only where all pass. */
  readonly outcome: Outcome;
  readonly findings: readonly Finding[];
  /** Lines such as `- venues.city text` and `+ venues.town text`. */
  readonly schemaChanges: readonly string[];
}

/** The one outcome of several findings. */
export function outcomeOf(findings: readonly Pick<Finding, "outcome">[]): Outcome {
  if (findings.some(({ outcome }) => outcome === "fail")) return "fail";
  return findings.length > 0 && findings.every(({ outcome }) => outcome === "pass") ? "pass" : "not proven";
}

/** How a command ends that holds a rehearsal or a drill. */
export function exitCodeOf({ outcome }: { readonly outcome: Outcome }): 0 | 1 | 3 {
  if (outcome === "pass") return 0;
  return outcome === "fail" ? 1 : 3;
}
