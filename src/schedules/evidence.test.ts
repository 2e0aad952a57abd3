import { appendFile, mkdir, mkdtemp, readFile, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { allEvidence, appendEvidence, lastEvidence, type RunEvidence } from "./evidence.ts";
import { failingSchedules, failingText } from "./failing-schedules.ts";
import { scheduleEvidence } from "./schedule-evidence.ts";
import { schedulePlace, type SchedulePlace } from "./schedule-place.ts";

let folder = "";
let place: SchedulePlace;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-evidence-"));
  place = schedulePlace(folder, "cleanup");
  await mkdir(place.folder);
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

function run(id: string, more: Partial<RunEvidence> = {}): RunEvidence {
  return {
    format: 1,
    id,
    schedule: "cleanup",
    release: "r1",
    due: null,
    startedAt: 1_000,
    endedAt: 3_000,
    outcome: "succeeded",
    exitCode: 0,
    signal: null,
    by: "clock",
    outputFile: null,
    tail: [],
    ...more,
  };
}

const ids = (runs: readonly RunEvidence[]): string[] => runs.map(({ id }) => id);

describe("evidence", () => {
  it("is what was appended, in its order", async () => {
    for (const id of ["a", "b", "c"]) await appendEvidence(place, run(id));
    expect(ids((await scheduleEvidence(folder, "cleanup")).runs)).toEqual(["a", "b", "c"]);
    expect(ids(await lastEvidence(place, 2))).toEqual(["b", "c"]);
    expect(await scheduleEvidence(folder, "never")).toEqual({ runs: [], unreadable: 0 });
  });

  it("survives a line that a power cut tore, wherever it tore it", async () => {
    await appendEvidence(place, run("a"));
    const whole = (await readFile(place.evidence)).length;
    await appendEvidence(place, run("b"));
    for (const cut of [whole + 1, whole + 40, whole * 2 - 2]) {
      await truncate(place.evidence, cut);
      await appendEvidence(place, run("c"));
      const { runs, unreadable } = await scheduleEvidence(folder, "cleanup");
      expect(ids(runs)).toEqual(["a", "c"]);
      expect(unreadable).toBe(1);
      await truncate(place.evidence, whole);
      await appendEvidence(place, run("b"));
    }
    // Only the line's end is missing: nothing of it was lost.
    await truncate(place.evidence, whole * 2 - 1);
    await appendEvidence(place, run("c"));
    expect(ids((await scheduleEvidence(folder, "cleanup")).runs)).toEqual(["a", "b", "c"]);
  });

  it("moves aside when it is large, and the oldest goes", async () => {
    const limits = { maxBytes: 500, keep: 3 };
    for (let i = 0; i < 30; i += 1) await appendEvidence(place, run(`run-${i}`), limits);
    const names = await readdir(place.folder);
    expect(names.toSorted()).toEqual(["runs.1.jsonl", "runs.2.jsonl", "runs.3.jsonl", "runs.jsonl"]);
    const { runs } = await allEvidence(place);
    expect(runs.length).toBeLessThan(30);
    expect(ids(runs)).toEqual(ids(runs).toSorted((a, b) => Number(a.slice(4)) - Number(b.slice(4))));
    expect(runs.at(-1)?.id).toBe("run-29");
    expect(ids(await lastEvidence(place, 4))).toEqual(["run-26", "run-27", "run-28", "run-29"]);
  });

  it("of a newer cozy is refused, and left as it is", async () => {
    await appendEvidence(place, run("a"));
    await appendFile(place.evidence, `${JSON.stringify({ ...run("b"), format: 2 })}\n`);
    const before = await readFile(place.evidence, "utf8");
    await expect(scheduleEvidence(folder, "cleanup")).rejects.toMatchObject({ code: "kept-file-newer" });
    expect(await readFile(place.evidence, "utf8")).toBe(before);
  });
});

describe("failingSchedules", () => {
  it("tells those whose last run was no good, and how often", async () => {
    await appendEvidence(place, run("a"));
    for (const id of ["b", "c"]) {
      await appendEvidence(place, run(id, { outcome: "failed", exitCode: 3 }));
    }
    await appendEvidence(place, run("d", { outcome: "skipped", otherRanForMs: 1_000 }));
    const failing = await failingSchedules(folder);
    expect(failing.map(failingText)).toEqual(["cleanup failed with exit code 3 after 2 s, 2 times in a row"]);
    expect(await failingSchedules(folder, ["other"])).toEqual([]);
    await appendEvidence(place, run("e"));
    expect(await failingSchedules(folder)).toEqual([]);
  });

  it("has nothing to say where nothing ran", async () => {
    expect(await failingSchedules(join(folder, "nowhere"))).toEqual([]);
    await writeFile(join(folder, "a-file"), "");
    expect(await failingSchedules(folder)).toEqual([]);
  });
});
