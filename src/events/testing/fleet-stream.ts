import type { CozyEvent, PhaseOutline } from "../event.ts";

const hosts = Array.from({ length: 16 }, (_, index) => `web-${index + 1}`);

/** A deploy to sixteen hosts; one of them does not get ready where it is to fail. */
export function fleetStream(fails: boolean): CozyEvent[] {
  return [
    {
      type: "plan-started",
      at: 0,
      command: "deploy",
      project: "cozywish",
      environment: "production",
      release: "new",
      phases: [
        outline("build", "Build", [["build", "build 3f2a1bc"]], ["web-1"]),
        outline(
          "start",
          "Start",
          [
            ["start", "start 2 web instances"],
            ["ready", "ready: GET /readyz"],
          ],
          hosts,
        ),
        outline("switch", "Switch the traffic", [["switch", "switch the route table"]], hosts),
      ],
    },
    { type: "phase-started", at: 0, phase: "build" },
    ...started("build@web-1", 0, "build"),
    ...done("build@web-1", 4_000),
    { type: "phase-done", at: 4_000, phase: "build", durationMs: 4_000 },
    { type: "phase-started", at: 4_000, phase: "start" },
    ...hosts.flatMap((host) => started(`start@${host}`, 4_000, "start")),
    ...hosts.flatMap((host, index) => [
      ...done(`start@${host}`, 300 + 10 * index, 4_000),
      ...started(`ready@${host}`, 4_300 + 10 * index, "start"),
    ]),
    ...hosts
      .slice(2)
      .flatMap((host, index) => done(`ready@${host}`, 500 + 20 * index, 4_500, "answered at once")),
    ...(fails ? failure() : success()),
  ];
}

function success(): CozyEvent[] {
  return [
    ...done("ready@web-1", 2_000, 4_500, "answered at once"),
    ...done("ready@web-2", 2_100, 4_500, "answered at once"),
    { type: "phase-done", at: 6_600, phase: "start", durationMs: 2_600 },
    { type: "phase-started", at: 6_600, phase: "switch" },
    ...hosts.flatMap((host) => [
      ...started(`switch@${host}`, 6_600, "switch"),
      ...done(`switch@${host}`, 8, 6_600),
    ]),
    { type: "phase-done", at: 6_608, phase: "switch", durationMs: 8 },
    {
      type: "plan-ended",
      at: 6_700,
      outcome: "committed",
      durationMs: 6_700,
      serves: hosts.map((host) => ({ host, release: "new" })),
      outstanding: [],
      next: ["cozy status production"],
    },
  ];
}

function failure(): CozyEvent[] {
  const message = "Release new did not get ready: web.0 answers GET /readyz: status 503 instead of 200.";
  return [
    ...done("ready@web-1", 2_000, 4_500, "answered at once"),
    {
      type: "operation-failed",
      at: 34_500,
      operation: "ready@web-2",
      durationMs: 30_000,
      code: "release-not-ready",
      message,
    },
    { type: "undo-started", at: 34_500, reason: '"ready: GET /readyz" on web-2 failed' },
    ...hosts.map((host): CozyEvent => ({
      type: "operation-undoing",
      at: 34_500,
      operation: `start@${host}`,
    })),
    ...hosts.slice(0, 15).map((host): CozyEvent => ({
      type: "operation-undone",
      at: 34_700,
      operation: `start@${host}`,
      durationMs: 200,
    })),
    {
      type: "undo-failed",
      at: 34_700,
      operation: "start@web-16",
      message: "The connection to web-16 was lost.",
    },
    {
      type: "plan-ended",
      at: 34_800,
      outcome: "interrupted",
      durationMs: 34_800,
      serves: hosts.map((host) =>
        host === "web-16"
          ? { host, release: undefined, unknown: "it does not answer" }
          : { host, release: "old" },
      ),
      error: { code: "undo-incomplete", message: "1 of the operations could not be taken back." },
      outstanding: [],
      next: ["cozy resume production", "cozy abort production"],
    },
  ];
}

function outline(
  name: string,
  title: string,
  operations: readonly (readonly [string, string])[],
  on: readonly string[],
): PhaseOutline {
  return {
    name,
    title,
    operations: on.flatMap((host) =>
      operations.map(([kind, what]) => ({ id: `${kind}@${host}`, title: what, host })),
    ),
  };
}

function started(operation: string, at: number, phase: string): CozyEvent[] {
  return [{ type: "operation-started", at, operation, title: operation, phase }];
}

function done(operation: string, durationMs: number, from = 0, note?: string): CozyEvent[] {
  const at = from + durationMs;
  return [{ type: "operation-done", at, operation, durationMs, ...(note === undefined ? {} : { note }) }];
}
