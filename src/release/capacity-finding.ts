/** One thing that was looked at, and what came of it. */
export interface CapacityFinding {
  readonly subject: "memory" | "disk" | "connections";
  /** Absent where it is about all of them. */
  readonly host: string | undefined;
  /** `not-known` counts neither as enough nor as a lack. */
  readonly verdict: "enough" | "not-enough" | "not-known";
  /** The numbers: what is wanted, and what there is. */
  readonly text: string;
  /** What to change; empty where it is enough. */
  readonly advice: string;
}

/** The advice where a first release runs before anything can be known. */
export const nextTime = "The next deploy will know.";
