import { catalogue, type ErrorCode } from "./catalogue.ts";

/** Whose fault an error is decides the exit code and whether trying again can help. */
export type Fault = "yours" | "outside" | "ours" | "interrupted";

/** What stands in the catalogue for a code: the codes are permanent, the titles may be reworded. */
export interface ErrorRecord {
  readonly fault: Fault;
  readonly title: string;
}

export interface ErrorDetails {
  /** What happened and why, with the names and values at hand; never a secret. */
  readonly message: string;
  /** What state the environment (or the file, or the machine) is in now. */
  readonly state?: string;
  /** The exact next command, or the edit to make. */
  readonly next?: string;
  /** Further lines, such as all faults of a config or the last lines of a failed command. */
  readonly details?: readonly string[];
  readonly cause?: unknown;
}

/** The one error class that reaches a user; anything else that is thrown is a defect of ours. */
export class CozyError extends Error {
  override readonly name = "CozyError";
  readonly code: ErrorCode;
  readonly state: string | undefined;
  readonly next: string | undefined;
  readonly details: readonly string[];

  constructor(code: ErrorCode, details: ErrorDetails) {
    super(details.message, { cause: details.cause });
    this.code = code;
    this.state = details.state;
    this.next = details.next;
    this.details = details.details ?? [];
  }

  get fault(): Fault {
    return catalogue[this.code].fault;
  }

  get title(): string {
    return catalogue[this.code].title;
  }

  /** The same error with a better-informed state and next command, as the layer above knows them. */
  with(more: Partial<ErrorDetails>): CozyError {
    return new CozyError(this.code, {
      message: this.message,
      state: this.state,
      next: this.next,
      details: this.details,
      cause: this.cause,
      ...more,
    });
  }
}

export { messageOf, systemCode } from "../shared/thrown.ts";
