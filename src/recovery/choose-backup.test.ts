import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KeptBackup } from "./backup.ts";
import { backupId } from "./backup-id.ts";
import { chooseBackup, isSound, momentOf, namedBackup } from "./choose-backup.ts";
import { parseMoment } from "./parse-moment.ts";

const hour = 3_600_000;
const at = (hours: number): number => Date.UTC(2026, 10, 24) + hours * hour;

function kept(hours: number, fault?: string): KeptBackup {
  const id = backupId(at(hours), "daily");
  const record = {
    format: 1,
    id,
    project: "tiny",
    environment: "production",
    class: "daily",
    at: at(hours),
    durationMs: 1,
    release: "r1",
    for: undefined,
    database: { kind: "sqlite" },
    files: [],
    heartbeatAt: undefined,
    rows: {},
    cozy: "1.0.0",
  } as const;
  return { id, place: `/store/${id}`, store: "daily", record, fault };
}

const chosen = (list: readonly KeptBackup[], wish: Parameters<typeof chooseBackup>[1] = {}) =>
  chooseBackup(list, wish, "production");

function orNone(choose: () => KeptBackup): KeptBackup | undefined {
  try {
    return choose();
  } catch {
    return undefined;
  }
}

describe("which backup is restored", () => {
  it("is the newest sound one, and says that a newer one is damaged", () => {
    const list = [kept(0), kept(1), kept(2, "database.sqlite is missing")];
    expect(chosen(list).backup.id).toBe(list[1]?.id);
    expect(chosen(list).notes).toEqual([`${list[2]?.id} is newer and damaged: database.sqlite is missing.`]);
  });

  it("is the newest before a moment, and says that there is nothing in between", () => {
    const list = [kept(0), kept(24), kept(48)];
    const { backup, notes } = chosen(list, { at: at(30) });
    expect(backup.id).toBe(list[1]?.id);
    expect(notes.join()).toContain("Of 2026-11-25 06:00:00 UTC there is no backup");
    expect(notes.join()).toContain(`${list[1]?.id}, 6 h earlier`);
    expect(chosen(list, { at: at(24) }).notes).toEqual([]);
  });

  it("is the one that is named, by as much of its id as tells it from the others", () => {
    const list = [kept(0), kept(24, "database.sqlite is missing")];
    expect(chosen(list, { id: "1124T" }).backup).toBe(list[0]);
    expect(namedBackup(list, "1125T", "production")).toBe(list[1]);
    expect(() => chosen(list, { id: "1125T" })).toThrow("can't be restored: database.sqlite is missing");
    expect(() => chosen(list, { id: "daily" })).toThrow('"daily" is part of 2 backups');
    expect(() => chosen(list, { id: "20261124T000001Z-daily" })).toThrow(`did you mean ${list[0]?.id}`);
  });

  it("is none where there is none", () => {
    expect(() => chosen([])).toThrow("production has no backup.");
    expect(() => chosen([kept(5)], { at: at(1) })).toThrow(
      "no sound backup from 2026-11-24 01:00:00 UTC or before",
    );
    expect(() => chosen([kept(5, "gone")])).toThrow("production has no sound backup.");
  });

  it("is never a damaged one, nor one from after the moment, nor older than another that would do", () => {
    const backups = fc
      .uniqueArray(fc.record({ hours: fc.nat(1_000), damaged: fc.boolean() }), {
        selector: ({ hours }) => hours,
      })
      .map((some) =>
        some
          .toSorted((a, b) => a.hours - b.hours)
          .map((one) => kept(one.hours, one.damaged ? "bad" : undefined)),
      );
    fc.assert(
      fc.property(backups, fc.option(fc.nat(1_000), { nil: undefined }), (list, hours) => {
        const moment = hours === undefined ? Infinity : at(hours);
        const fit = list.filter((backup) => isSound(backup) && momentOf(backup) <= moment);
        const wish = { at: hours === undefined ? undefined : at(hours) };
        expect(orNone(() => chosen(list, wish).backup)).toBe(fit.at(-1));
      }),
    );
  });
});

describe("a moment", () => {
  it.each([
    ["2026-11-24T03:15Z", Date.UTC(2026, 10, 24, 3, 15)],
    ["2026-11-24 03:15", Date.UTC(2026, 10, 24, 3, 15)],
    ["2026-11-24 03:15:09 UTC", Date.UTC(2026, 10, 24, 3, 15, 9)],
    ["2026-11-24 03:15 +01:00", Date.UTC(2026, 10, 24, 2, 15)],
    ["2026-11-24T03:15:00-0530", Date.UTC(2026, 10, 24, 8, 45)],
  ])("%s", (text, expected) => {
    expect(parseMoment(text)).toBe(expected);
  });

  it.each(["2026-11-24", "yesterday", "2026-02-30 10:00", "2026-11-24 24:00", "2026-11-24 10:61", ""])(
    "%s is none",
    (text) => {
      expect(parseMoment(text)).toBeUndefined();
    },
  );

  it("is read as it is printed, to the second", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e9 }), (seconds) => {
        const text = `${new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
        expect(parseMoment(text)).toBe(seconds * 1000);
      }),
    );
  });
});
