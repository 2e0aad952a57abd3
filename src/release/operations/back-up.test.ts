import { expect, it } from "vitest";
import type { OperationContext } from "../../engine/operation.ts";
import { memoryBackups } from "../../recovery/testing/memory-backups.ts";
import { sampleWorld } from "../testing.ts";
import type { ReleaseWorld } from "../world.ts";
import { backUp } from "./back-up.ts";

function stage() {
  let now = Date.UTC(2026, 10, 24);
  const memory = memoryBackups(() => now);
  const warnings: string[] = [];
  const context: OperationContext<ReleaseWorld> = {
    world: { ...sampleWorld(), backups: async () => memory },
    signal: new AbortController().signal,
    token: 1,
    now: () => now,
    progress: () => undefined,
    output: () => undefined,
    warn: (message) => void warnings.push(message),
    watched: () => undefined,
    note: () => undefined,
  };
  const run = async (release = "new") => backUp.run({ host: "fake", release, previous: "old" }, context);
  return { memory, warnings, run, pass: (ms: number) => void (now += ms) };
}

it("has nothing to do before there is a database", async () => {
  expect(await stage().run()).toBe("nothing to back up yet");
});

it("names the backup after its moment, and keeps for which release it was made", async () => {
  const { memory, run } = stage();
  memory.rows = { bookings: 1 };
  expect(await run()).toBe("20261124T000000Z-deploy, 4 kB");
  expect(memory.kept.map(({ record }) => record)).toEqual([
    expect.objectContaining({ class: "deploy", release: "old", for: "new" }),
  ]);
});

it("makes none where one of the release is less than a minute old, and another after that", async () => {
  const { memory, run, pass } = stage();
  memory.rows = { bookings: 1 };
  await run();
  pass(59_000);
  expect(await run()).toBe("20261124T000000Z-deploy is 59 s old");
  expect(await run("another")).toBe("20261124T000059Z-deploy, 4 kB");
  pass(1_000);
  expect(await run()).toBe("20261124T000100Z-deploy, 4 kB");
});

it("does not count on one that is damaged", async () => {
  const { memory, run, pass } = stage();
  memory.rows = { bookings: 1 };
  await run();
  memory.kept.splice(0, 1, ...memory.kept.map((one) => ({ ...one, fault: "its manifest is missing" })));
  pass(5_000);
  expect(await run()).toBe("20261124T000005Z-deploy, 4 kB");
});

it("removes old ones, and goes on where that fails", async () => {
  const { memory, run, pass, warnings } = stage();
  memory.rows = { bookings: 1 };
  for (let n = 0; n < 4; n += 1) {
    await run(`r${n}`);
    pass(1_000);
  }
  pass(8 * 86_400_000);
  expect(await run()).toBe("20261202T000004Z-deploy, 4 kB; 2 old ones removed");
  memory.prune = async () => Promise.reject(new Error("no way"));
  pass(60_000);
  expect(await run()).toBe("20261202T000104Z-deploy, 4 kB");
  expect(warnings).toEqual(["Old backups could not be removed: no way"]);
});

it("throws what kept it from being made", async () => {
  const { memory, run } = stage();
  memory.rows = {};
  memory.failNext(new Error("the disk is full"));
  await expect(run()).rejects.toThrow("the disk is full");
});
