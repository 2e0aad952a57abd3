import { canaryStream } from "./canary-stream.ts";
import { fleetStream } from "./fleet-stream.ts";
import type { CozyEvent, Outcome } from "../event.ts";

export type StreamName = "success" | "failure" | "interrupt" | "canary" | "fleet" | "fleet-failure";

/** Recorded streams of events for golden tests: a deploy that went well, one that failed, one that was interrupted, and one whose canary was rolled back. */
export const streams: Readonly<Record<StreamName, readonly CozyEvent[]>> = {
  success: [
    ...begun(),
    ...ran(100, "build@web-1", "build", 12_400, "3f2a1bc, 212 files"),
    { type: "phase-done", at: 12_500, phase: "build", durationMs: 12_400 },
    { type: "phase-started", at: 12_500, phase: "start" },
    ...ran(12_500, "start@web-1", "start", 800),
    {
      type: "operation-skipped",
      at: 13_000,
      operation: "start@web-2",
      reason: "done before, and still in place",
    },
    ...ran(13_300, "ready@web-1", "start", 80, "answered after 3 tries"),
    { type: "warning", at: 13_350, message: "The disk of web-2 is 91 % full." },
    ...ran(13_350, "ready@web-2", "start", 90),
    { type: "phase-done", at: 13_500, phase: "start", durationMs: 1_000 },
    { type: "phase-started", at: 13_500, phase: "finish" },
    {
      type: "operation-started",
      at: 13_500,
      operation: "drain@web-1",
      title: "drain old",
      phase: "finish",
    },
    failed(73_500, "drain@web-1", "deadline-passed", '"drain old" on web-1 did not end within 1 min.'),
    { type: "phase-done", at: 73_500, phase: "finish", durationMs: 60_000 },
    ended(73_520, "committed", "new", {
      outstanding: ["drain@web-1"],
      next: ["cozy status production", "cozy rollback production"],
    }),
  ],
  failure: [
    ...begun(),
    ...ran(100, "build@web-1", "build", 12_400),
    { type: "phase-done", at: 12_500, phase: "build", durationMs: 12_400 },
    { type: "phase-started", at: 12_500, phase: "start" },
    ...ran(12_500, "start@web-1", "start", 800),
    { type: "operation-started", at: 13_300, operation: "ready@web-1", title: "ready", phase: "start" },
    { type: "operation-progress", at: 14_000, operation: "ready@web-1", text: "503 instead of 200" },
    output(15_000, "ready@web-1", "\u001B[31mError\u001B[0m: no DATABASE_URL\u0007\u001B[2J"),
    output(15_010, "ready@web-1", "    at settings.ts:12"),
    failed(43_300, "ready@web-1", "not-ready", "web.1 of new answered 503 instead of 200 for 30 s."),
    { type: "undo-started", at: 43_310, reason: '"ready" on web-1 failed' },
    { type: "operation-undoing", at: 43_320, operation: "start@web-1" },
    { type: "operation-undone", at: 43_900, operation: "start@web-1", durationMs: 580 },
    ended(44_000, "undone", "old", {
      error: { code: "not-ready", message: "web.1 of new answered 503 instead of 200 for 30 s." },
      next: ["cozy deploy production"],
    }),
  ],
  interrupt: [
    ...begun(),
    ...ran(100, "build@web-1", "build", 12_400),
    { type: "phase-done", at: 12_500, phase: "build", durationMs: 12_400 },
    { type: "phase-started", at: 12_500, phase: "start" },
    { type: "operation-started", at: 12_500, operation: "start@web-1", title: "start web", phase: "start" },
    failed(13_000, "start@web-1", "interrupted", "The command was interrupted."),
    { type: "undo-started", at: 13_000, reason: "interrupted" },
    { type: "operation-undoing", at: 13_010, operation: "start@web-1" },
    { type: "undo-failed", at: 13_400, operation: "start@web-1", message: "web-1 does not answer" },
    { type: "note", at: 13_400, message: "the supervisor may still run it" },
    ended(13_500, "interrupted", undefined, {
      error: { code: "undo-incomplete", message: "1 operation could not be taken back." },
      next: ["cozy resume production", "cozy abort production"],
    }),
  ],
  canary: canaryStream(),
  fleet: fleetStream(false),
  "fleet-failure": fleetStream(true),
};

function begun(): CozyEvent[] {
  const both = (name: string, title: string) =>
    ["web-1", "web-2"].map((host) => ({ id: `${name}@${host}`, title, host }));
  return [
    {
      type: "plan-started",
      at: 0,
      command: "deploy",
      project: "cozywish",
      environment: "production",
      release: "new",
      phases: [
        {
          name: "build",
          title: "Build",
          operations: [{ id: "build@web-1", title: "build 3f2a1bc", host: "web-1" }],
        },
        {
          name: "start",
          title: "Start",
          operations: [...both("start", "start web"), ...both("ready", "ready: GET /readyz")],
        },
        {
          name: "finish",
          title: "Let the old release go",
          operations: both("drain", "drain old").slice(0, 1),
        },
      ],
    },
    { type: "phase-started", at: 100, phase: "build" },
  ];
}

function ran(at: number, operation: string, phase: string, durationMs: number, note?: string): CozyEvent[] {
  return [
    { type: "operation-started", at, operation, title: operation, phase },
    {
      type: "operation-done",
      at: at + durationMs,
      operation,
      durationMs,
      ...(note === undefined ? {} : { note }),
    },
  ];
}

function output(at: number, operation: string, line: string): CozyEvent {
  return { type: "operation-output", at, operation, stream: "stderr", line };
}

function failed(at: number, operation: string, code: string, message: string): CozyEvent {
  return { type: "operation-failed", at, operation, durationMs: 30_000, code, message };
}

type Ended = Extract<CozyEvent, { type: "plan-ended" }>;

function ended(at: number, outcome: Outcome, release: string | undefined, more: Partial<Ended>): Ended {
  const serves = ["web-1", "web-2"].map((host) => ({ host, release }));
  return { type: "plan-ended", at, outcome, durationMs: at, serves, outstanding: [], next: [], ...more };
}
