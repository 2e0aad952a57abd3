import type { WatchProgress } from "../../canary/traffic-progress.ts";
import type { ArmCounts } from "../../canary/verdict.ts";
import type { CozyEvent } from "../event.ts";

const operation = "watch-release-20@web-1";

/** A canary that fails on one page: quiet at first, then its evidence grows until it is rolled back. */
export function canaryStream(): CozyEvent[] {
  const title = "watch it for 5 min";
  const message = "new was rolled back. 31 of 402 distinct requests to the release failed (7.7 %).";
  return [
    {
      type: "plan-started",
      at: 0,
      command: "deploy",
      project: "cozywish",
      environment: "production",
      release: "new",
      phases: [
        { name: "canary-20", title: "Canary at 20 %", operations: [{ id: operation, title, host: "web-1" }] },
        {
          name: "switch",
          title: "Switch the traffic",
          operations: [{ id: "switch@web-1", title: "switch", host: "web-1" }],
        },
      ],
    },
    { type: "phase-started", at: 100, phase: "canary-20" },
    { type: "operation-started", at: 100, operation, title, phase: "canary-20" },
    tick(30_000, 0, [1, 1]),
    tick(45_000, 2, [1, 1, 1, 0.8]),
    tick(60_000, 4, [1, 1, 1, 0.8, 0.6, 0.31]),
    tick(90_000, 12, [1, 1, 1, 0.8, 0.6, 0.31, 0.2, 0.11, 0.06]),
    tick(120_000, 25, [1, 1, 1, 0.8, 0.6, 0.31, 0.2, 0.11, 0.06, 0.03, 0.018], "extended"),
    {
      type: "operation-failed",
      at: 135_000,
      operation,
      durationMs: 134_900,
      code: "canary-rolled-back",
      message,
    },
    { type: "undo-started", at: 135_010, reason: `"${title}" on web-1 failed` },
    {
      type: "plan-ended",
      at: 135_300,
      outcome: "undone",
      durationMs: 135_300,
      serves: [{ host: "web-1", release: "old" }],
      error: { code: "canary-rolled-back", message },
      outstanding: [],
      next: ["cozy deploy production"],
    },
  ];
}

function tick(
  at: number,
  failed: number,
  pValues: readonly number[],
  state: WatchProgress["state"] = "watching",
): CozyEvent {
  const canary: ArmCounts = { requests: at / 250, units: at / 300, errors: failed, slow: 5 };
  const stable: ArmCounts = { requests: at / 60, units: at / 75, errors: 3, slow: 21 };
  return {
    type: "canary-tick",
    at,
    operation,
    watch: {
      kind: "canary",
      release: "new",
      stable: ["old"],
      share: 20,
      steps: [20, 50],
      state,
      endsAt: state === "watching" ? 300_100 : 180_000,
      last: state !== "watching",
      verdict: {
        decision: "inconclusive",
        reason: "It is not decided.",
        pValue: pValues.at(-1) ?? 1,
        pValues,
        metrics: [],
        promotion: { eValue: 1, required: 20, unitsWanted: Math.max(0, 110 - at / 1_000) },
        steps: [{ share: 20, from: 0, to: at, canary, stable }],
        watch: { alpha: 0.01, beta: 0.05, maxErrorRate: 0.05 },
      },
    },
  };
}
