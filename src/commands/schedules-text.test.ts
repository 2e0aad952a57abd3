import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HostState } from "../hosts/host.ts";
import type { Schedule } from "../project/project.ts";
import { appendEvidence, type RunEvidence } from "../schedules/evidence.ts";
import { schedulePlace } from "../schedules/schedule-place.ts";
import { suspend } from "../schedules/suspension.ts";
import { lookAtSchedules } from "./schedules-look.ts";
import { listText, runsText } from "./schedules-text.ts";

const now = Date.UTC(2026, 10, 24, 10, 30);
const hourly: Schedule = {
  run: ["true"],
  when: { kind: "every", everyMs: 3_600_000 },
  timeoutMs: 1_000,
  catchUp: false,
};
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-schedules-text-"));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

function evidence(schedule: string, more: Partial<RunEvidence>): RunEvidence {
  return {
    format: 1,
    id: "run",
    schedule,
    release: "r1",
    due: now - 1_800_000,
    startedAt: now - 1_802_000,
    endedAt: now - 1_800_000,
    outcome: "succeeded",
    exitCode: 0,
    signal: null,
    by: "clock",
    outputFile: null,
    tail: [],
    ...more,
  };
}

async function keep(run: RunEvidence): Promise<void> {
  const place = schedulePlace(folder, run.schedule);
  await mkdir(place.folder, { recursive: true });
  await appendEvidence(place, run);
}

async function textOf(names: readonly string[], host: Partial<HostState> = {}): Promise<string> {
  const schedules = Object.fromEntries(names.map((name) => [name, hourly]));
  const opened = { environment: "staging", release: "r1", releaseFolder: "/r1", schedules, folder };
  const watcher = { id: { release: "r1", type: "schedules", index: 0 }, pid: 7 };
  const observed = { instances: [watcher], supervised: true, ...host } as HostState;
  const context = { now: () => now, signal: new AbortController().signal };
  return listText(await lookAtSchedules(context, opened, { observe: async () => observed }), now);
}

describe("cozy schedules", () => {
  it("has a line a schedule, and tells what failed with the last that it said", async () => {
    await keep(evidence("good", {}));
    await keep(evidence("bad", { outcome: "failed", exitCode: 3, tail: ["one", "\u001B[2Jno table"] }));
    await keep(evidence("slow", {}));
    await keep(evidence("slow", { outcome: "skipped", otherRanForMs: 60_000 }));
    await suspend(schedulePlace(folder, "off"), { at: now, by: "somebody on a machine", reason: "quiet" });
    expect(await textOf(["good", "bad", "slow", "off"])).toBe(
      [
        "schedule  runs        last                                              next",
        "good      every hour  succeeded after 2 s, 30 min ago                   2026-11-24 11:00:00 UTC, in 30 min",
        "bad       every hour  failed with exit code 3 after 2 s, 30 min ago     2026-11-24 11:00:00 UTC, in 30 min",
        "slow      every hour  succeeded after 2 s, 30 min ago, 1 skipped since  2026-11-24 11:00:00 UTC, in 30 min",
        "off       every hour  never                                             suspended by somebody on a machine since 2026-11-24 10:30:00 UTC: quiet",
        "",
        "bad failed with exit code 3 after 2 s, 30 min ago:",
        "  one",
        "  no table",
        "",
        "All that it printed: cozy schedules staging --output bad",
      ].join("\n"),
    );
  });

  it("says what stands in the way: a damaged file, or nothing that watches the clock", async () => {
    const place = schedulePlace(folder, "torn");
    await mkdir(place.folder);
    await writeFile(place.state, "{");
    expect(await textOf(["torn"])).toContain(`none: ${place.state} is damaged: `);
    expect(await textOf(["good"], { instances: [] })).toContain("Have it watched: cozy deploy staging");
    const stopped = await textOf(["good"], { instances: [], supervised: false });
    expect(stopped).toMatch(/^good +every hour +never +none$/m);
    expect(stopped).toContain("Have it watched: cozy start staging");
    expect(await textOf([])).toBe("Release r1 of staging has no schedules.");
  });
});

describe("cozy schedules --runs", () => {
  it("has a line a start", () => {
    const runs = [
      evidence("a", { by: "hand", who: "somebody on a machine", due: null, outcome: "stopped" }),
      evidence("a", { by: "catch-up", due: now - 5_402_000 }),
      evidence("a", { outcome: "missed", missed: { starts: 3, first: 1, more: false } }),
    ];
    expect(runsText("a", runs, 1)).toBe(
      [
        "at                       started                   outcome              release",
        "2026-11-24 09:59:58 UTC  by somebody on a machine  stopped after 2 s    r1",
        "2026-11-24 09:59:58 UTC  to catch up, 1 h late     succeeded after 2 s  r1",
        "2026-11-24 09:59:58 UTC  by the clock              missed 3 times       r1",
        "",
        "A line of its evidence can't be read.",
      ].join("\n"),
    );
    expect(runsText("a", [], 0)).toBe("a has not run yet.");
  });
});
