import { describe, expect, it } from "vitest";
import type { Backups } from "../project/project.ts";
import { instanceTypes } from "./instance-types.ts";
import { processType } from "./testing.ts";

const processes = {
  web: processType(["w"], 2),
  worker: processType(["k"], 1),
  scheduler: { ...processType(["s"], 3), singleton: true },
};

function countsOf(
  scale: Readonly<Record<string, number>>,
  schedules = {},
  backups?: Backups,
): Record<string, number> {
  const types = instanceTypes({ processes, schedules, backups }, scale);
  return Object.fromEntries(Object.entries(types).map(([type, { count }]) => [type, count]));
}

describe("instanceTypes", () => {
  it("has the release's own counts, and one of a singleton whatever it declares", () => {
    expect(countsOf({})).toEqual({ web: 2, worker: 1, scheduler: 1 });
  });

  it("lets the scale count first, but neither for a singleton nor for a type that the release does not have", () => {
    expect(countsOf({ web: 5, worker: 0, scheduler: 4, mailer: 2 })).toEqual({
      web: 5,
      worker: 0,
      scheduler: 1,
    });
  });

  it("leaves a singleton out that an environment does not want", () => {
    const off = { web: processes.web, scheduler: { ...processes.scheduler, count: 0 } };
    expect(instanceTypes({ processes: off, schedules: {}, backups: undefined }, {})["scheduler"]?.count).toBe(
      0,
    );
  });

  it("adds the one that watches the clock where there are schedules", () => {
    const cleanup = {
      run: ["node", "cleanup.js"],
      when: { kind: "every", everyMs: 60_000 },
      timeoutMs: 1_000,
      catchUp: false,
    };
    expect(countsOf({ schedules: 3 }, { cleanup })).toEqual({
      web: 2,
      worker: 1,
      scheduler: 1,
      schedules: 1,
    });
  });

  it("adds it for backups too, which need no schedule of the application", () => {
    const daily = { kind: "calendar", patterns: ["0 3 * * *"], timeZone: "UTC" } as const;
    const backups = { store: undefined, keepMs: 1, when: daily, weekly: undefined };
    expect(countsOf({}, {}, backups)["schedules"]).toBe(1);
  });
});
