import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { knownUnits, type KnownUnits } from "./known-units.ts";
import type { UnitState } from "./unit-state.ts";

const unit = "app-production-web@r1.0.service";
const controlGroup = String.raw`/cozy.slice/cozy-app\x2dproduction.slice/${unit}`;
const running: UnitState = {
  unit,
  load: "loaded",
  active: "active",
  sub: "running",
  pid: 41,
  restarts: 2,
  startedAfterBootMs: 7_000,
  memoryBytes: 500,
  controlGroup,
  result: "success",
  exitCode: undefined,
  invocation: "0c59c7e8",
};

let now: number;
let known: KnownUnits;
let groups: string;
let units: string;
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "cozy-known-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  [groups, units] = [join(folder, "groups"), join(folder, "units")];
  mkdirSync(join(groups, controlGroup), { recursive: true });
  mkdirSync(units);
  lives("0c59c7e8");
  holds("40\n41\n");
  now = 60_000;
  known = knownUnits(() => now, { groups, units });
  known.note([running]);
});

describe("what systemd told of a unit", () => {
  it("holds while the same life of it goes on, with the memory that it takes by now", async () => {
    expect(await known.recall(unit)).toEqual(running);
    writeFileSync(join(groups, controlGroup, "memory.current"), "620\n");
    expect(await known.recall(unit)).toEqual({ ...running, memoryBytes: 620 });
    expect(await known.recall("app-production-web@r2.0.service")).toBeUndefined();
  });

  it("holds no more once it was started anew", async () => {
    lives("71b2a0de");
    expect(await known.recall(unit)).toBeUndefined();
    known.note([{ ...running, restarts: 3, invocation: "71b2a0de" }]);
    expect(await known.recall(unit)).toMatchObject({ restarts: 3 });
  });

  it("holds no more once its main process has ended, or all of them", async () => {
    holds("40\n411\n");
    expect(await known.recall(unit)).toBeUndefined();
    rmSync(join(groups, controlGroup), { recursive: true });
    expect(await known.recall(unit)).toBeUndefined();
  });

  it("holds for five seconds", async () => {
    now += 5_000;
    expect(await known.recall(unit)).toEqual(running);
    now += 1;
    expect(await known.recall(unit)).toBeUndefined();
  });

  it.each<Partial<UnitState>>([
    { active: "activating", sub: "start" },
    { active: "deactivating", sub: "stop-sigterm" },
    { active: "active", sub: "exited" },
    { pid: undefined },
    { invocation: undefined },
    { controlGroup: undefined },
  ])("is never held where it is on its way, or can't be looked up: %o", async (other) => {
    known.note([{ ...running, ...other }]);
    expect(await known.recall(unit)).toBeUndefined();
  });
});

function lives(invocation: string): void {
  rmSync(join(units, `invocation:${unit}`), { force: true });
  symlinkSync(invocation, join(units, `invocation:${unit}`));
}

function holds(processes: string): void {
  writeFileSync(join(groups, controlGroup, "cgroup.procs"), processes);
}
