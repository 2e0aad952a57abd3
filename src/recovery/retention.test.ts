import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BackupClass } from "./backup.ts";
import { retentionRules } from "./retention-rules.ts";
import { backupsToRemove, type AgedBackup, type RetentionRule } from "./retention.ts";

const dayMs = 86_400_000;
const now = Date.UTC(2026, 10, 24);
const rules = {
  daily: { keepMs: 7 * dayMs, least: 1 },
  deploy: { keepMs: 7 * dayMs, least: 3 },
  weekly: { keepMs: 90 * dayMs, least: 1 },
} as const satisfies Record<BackupClass, RetentionRule>;

function aged(of: BackupClass, days: number, isSound = true): AgedBackup {
  return { id: `${of}-${days}`, class: of, at: now - days * dayMs, isSound };
}

describe("backupsToRemove", () => {
  it("keeps each class as long as its rule says, to the millisecond", () => {
    const backups = [aged("daily", 0), aged("daily", 7), aged("daily", 7.0001), aged("weekly", 0)];
    const weekly = [aged("weekly", 90), aged("weekly", 91), aged("daily", 30)];
    expect(backupsToRemove([...backups, ...weekly], rules, now)).toEqual([
      "weekly-91",
      "daily-30",
      "daily-7.0001",
    ]);
  });

  it("keeps old ones while nothing sound has come after them", () => {
    const backups = [aged("daily", 30), aged("daily", 20), aged("daily", 1, false), aged("daily", 0, false)];
    expect(backupsToRemove(backups, rules, now)).toEqual(["daily-30"]);
  });

  it("keeps the last three before a deploy, however old", () => {
    const backups = [10, 20, 30, 40].map((days) => aged("deploy", days));
    expect(backupsToRemove(backups, rules, now)).toEqual(["deploy-40"]);
  });

  it("keeps no more than a rule allows, where it does", () => {
    const backups = Array.from({ length: 12 }, (_, index) => aged("deploy", index / 100));
    const most = { ...rules, deploy: { ...rules.deploy, most: 10 } };
    expect(backupsToRemove(backups, most, now)).toEqual(["deploy-0.11", "deploy-0.1"]);
  });
});

const backup = fc.record({
  id: fc.uuid(),
  class: fc.constantFrom<BackupClass>("daily", "weekly", "deploy"),
  // Some are of a clock that was ahead.
  at: fc.integer({ min: now - 200 * dayMs, max: now + 2 * dayMs }),
  isSound: fc.boolean(),
});
const backups = fc.uniqueArray(backup, { selector: ({ id }) => id, maxLength: 40 });

describe("whatever there is", () => {
  it("never removes a young one, nor the newest sound one of a class", () => {
    fc.assert(
      fc.property(backups, (all) => {
        const removed = backupsToRemove(all, rules, now);
        for (const one of all.filter(({ id }) => removed.includes(id))) {
          expect(now - one.at).toBeGreaterThan(rules[one.class].keepMs);
          const newer = all.filter(
            (other) =>
              other.class === one.class &&
              other.isSound &&
              (other.at > one.at || (other.at === one.at && other.id > one.id)) &&
              !removed.includes(other.id),
          );
          expect(newer.length).toBeGreaterThanOrEqual(rules[one.class].least);
        }
      }),
    );
  });

  it("removes every old one that enough sound ones have followed, and then has nothing more to remove", () => {
    fc.assert(
      fc.property(backups, (all) => {
        const removed = backupsToRemove(all, rules, now);
        const left = all.filter(({ id }) => !removed.includes(id));
        expect(backupsToRemove(left, rules, now)).toEqual([]);
        for (const kind of ["daily", "weekly", "deploy"] as const) {
          const soundOld = left.filter(
            ({ class: of, isSound, at }) => of === kind && isSound && now - at > rules[kind].keepMs,
          );
          expect(soundOld.length).toBeLessThanOrEqual(rules[kind].least);
        }
      }),
    );
  });

  it("goes by what is there, in whatever order it is listed", () => {
    fc.assert(
      fc.property(backups, (all) => {
        expect(backupsToRemove(all.toReversed(), rules, now)).toEqual(backupsToRemove(all, rules, now));
      }),
    );
  });
});

describe("retentionRules", () => {
  it("are those that are declared; without, seven days and ten before deploys", () => {
    expect(retentionRules(undefined)).toMatchObject({
      daily: { keepMs: 7 * dayMs },
      deploy: { keepMs: 7 * dayMs, least: 3, most: 10 },
    });
    const declared = retentionRules({
      store: undefined,
      keepMs: 14 * dayMs,
      when: { kind: "every", everyMs: dayMs },
      weekly: { store: { kind: "directory", path: "/weekly" }, keepMs: 120 * dayMs },
    });
    expect(declared).toEqual({
      daily: { keepMs: 14 * dayMs, least: 1 },
      deploy: { keepMs: 14 * dayMs, least: 3 },
      weekly: { keepMs: 120 * dayMs, least: 1 },
    });
  });
});
