import { setTimeout as after } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Changes } from "./changes.ts";

describe("Changes", () => {
  it("tells what belongs together at once, each file once", async () => {
    const told: (readonly string[])[] = [];
    const changes = new Changes({ quietMs: 20, now: () => 0, onChanges: (paths) => told.push(paths) });
    for (const path of ["a.ts", "b.ts", "a.ts"]) changes.add(path);
    await after(60);
    changes.add("c.ts");
    await after(60);
    expect(told).toEqual([["a.ts", "b.ts"], ["c.ts"]]);
  });

  it("leaves out what changes at every start, and hears it again when it has calmed down", async () => {
    let now = 0;
    const told: string[] = [];
    const changes = new Changes({ quietMs: 1, now: () => now, onChanges: ([path = ""]) => told.push(path) });
    for (let round = 0; round < 9; round += 1) {
      now += 500;
      changes.add("state.json");
      await after(15);
    }
    expect(told.length).toBe(6);
    expect(changes.isRestless("state.json")).toBe(true);
    now += 60_000;
    changes.add("state.json");
    await after(15);
    expect(told.length).toBe(7);
  });

  it("tells nothing once it is closed", async () => {
    const told: unknown[] = [];
    const changes = new Changes({ quietMs: 5, now: () => 0, onChanges: (paths) => told.push(paths) });
    changes.add("a.ts");
    changes.close();
    await after(30);
    expect(told).toEqual([]);
  });
});
