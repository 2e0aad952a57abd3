import type { WatchProgress } from "../canary/traffic-progress.ts";

/**
 * The one stream of typed events. Operations and the engine emit them; the terminal tree, plain lines, JSON, the journal
 * and later the dashboard subscribe. An event is plain data and never holds a secret.
 */
export type CozyEvent =
  | {
      readonly type: "plan-started";
      readonly at: number;
      readonly command: string;
      readonly project: string;
      readonly environment: string;
      readonly release: string;
      readonly phases: readonly PhaseOutline[];
    }
  | { readonly type: "phase-started"; readonly at: number; readonly phase: string }
  | { readonly type: "phase-done"; readonly at: number; readonly phase: string; readonly durationMs: number }
  | {
      readonly type: "operation-started";
      readonly at: number;
      readonly operation: string;
      readonly title: string;
      readonly phase: string;
    }
  | {
      readonly type: "operation-progress";
      readonly at: number;
      readonly operation: string;
      readonly text: string;
    }
  | {
      /** A release that takes traffic is watched: what was counted so far, and what it says. */
      readonly type: "canary-tick";
      readonly at: number;
      readonly operation: string;
      readonly watch: WatchProgress;
    }
  | {
      readonly type: "operation-output";
      readonly at: number;
      readonly operation: string;
      readonly stream: "stdout" | "stderr";
      readonly line: string;
    }
  | {
      readonly type: "operation-done";
      readonly at: number;
      readonly operation: string;
      readonly durationMs: number;
      readonly note?: string;
    }
  | {
      readonly type: "operation-skipped";
      readonly at: number;
      readonly operation: string;
      readonly reason: string;
    }
  | {
      readonly type: "operation-failed";
      readonly at: number;
      readonly operation: string;
      readonly durationMs: number;
      readonly code: string;
      readonly message: string;
    }
  | { readonly type: "undo-started"; readonly at: number; readonly reason: string }
  | { readonly type: "operation-undoing"; readonly at: number; readonly operation: string }
  | {
      readonly type: "operation-undone";
      readonly at: number;
      readonly operation: string;
      readonly durationMs: number;
    }
  | {
      readonly type: "undo-failed";
      readonly at: number;
      readonly operation: string;
      readonly message: string;
    }
  | { readonly type: "warning"; readonly at: number; readonly message: string }
  | { readonly type: "note"; readonly at: number; readonly message: string }
  | {
      readonly type: "plan-ended";
      readonly at: number;
      readonly outcome: Outcome;
      readonly durationMs: number;
      readonly serves: readonly Served[];
      /** Why the plan did not come to what was asked for; told in full by whoever ends the command. */
      readonly error?: { readonly code: string; readonly message: string };
      /** Operations that failed after the release was in force, and were left. */
      readonly outstanding: readonly string[];
      /** Commands that make sense now, the likeliest first. */
      readonly next: readonly string[];
    };

/** What a plan came to: `committed` releases serve; `undone` went back; `interrupted` wants `resume` or `abort`. */
export type Outcome = "committed" | "undone" | "interrupted";

export interface PhaseOutline {
  readonly name: string;
  readonly title: string;
  readonly operations: readonly { readonly id: string; readonly title: string; readonly host: string }[];
}

/** What a host serves now; `undefined` when it serves nothing, or when that is not known. */
export interface Served {
  readonly host: string;
  readonly release: string | undefined;
  /** Why it is not known, where it is not. */
  readonly unknown?: string;
  /** Where the site can be looked at, where the host itself has an address for it. */
  readonly address?: string;
}

export type Emit = (event: CozyEvent) => void;

/** A subscriber; `close` leaves the terminal as it was found. */
export interface Reporter {
  readonly report: Emit;
  close(): void;
}
