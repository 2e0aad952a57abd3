import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readEvidence } from "../promises/evidence.ts";
import { keepVerdict, readVerdict } from "./keep-verdict.ts";
import { verdictLines } from "./verdict-text.ts";
import { outcomeOf, type Finding, type RehearsalVerdict } from "./verdict.ts";

let folder = "";
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "cozy-verdict-"))));
afterEach(async () => rm(folder, { recursive: true }));

const restored: Finding = { name: "restored", outcome: "pass", text: "backup b1", durationMs: 12.4 };
const verdict = (...findings: readonly Finding[]): RehearsalVerdict => ({
  format: 1,
  release: "r2",
  previous: "r1",
  backup: "b1",
  at: 1_000,
  durationMs: 900,
  outcome: outcomeOf(findings),
  findings,
  schemaChanges: ["+ venues.town text"],
});

describe("a verdict", () => {
  it("is kept with the evidence, and says of the backup whether it could be restored", async () => {
    await keepVerdict(folder, verdict(restored), "cozy rehearse production");
    const broken: Finding = { name: "restored", outcome: "fail", text: "the hash differs", details: ["why"] };
    await keepVerdict(folder, verdict(broken), "cozy deploy production");
    expect(await readVerdict(folder, "r2")).toEqual(verdict(broken));
    expect(await readVerdict(folder, "r3")).toBeUndefined();
    expect((await stat(join(folder, "rehearsals", "r2.json"))).mode & 0o777).toBe(0o600);
    expect((await readEvidence(folder, "backups-restorable")).measurements).toMatchObject([
      { outcome: "kept", backup: "b1", measured: 12, release: "r1", by: "cozy rehearse production" },
      { outcome: "broken", text: "the hash differs", details: ["why"] },
    ]);
  });

  it("measures nothing where no backup was restored", async () => {
    const none = {
      ...verdict({ name: "restored", outcome: "not proven", text: "no backup" }),
      backup: undefined,
    };
    await keepVerdict(folder, none, "cozy deploy production");
    expect(await readdir(folder)).toEqual(["rehearsals"]);
  });

  it("is refused, not overwritten, where it was kept by a newer cozy or is damaged", async () => {
    await keepVerdict(folder, verdict(restored), "x");
    const file = join(folder, "rehearsals", "r2.json");
    await writeFile(file, '{"format": 2}');
    await expect(readVerdict(folder, "r2")).rejects.toMatchObject({ code: "kept-file-newer" });
    await writeFile(file, '{"format": 1}');
    await expect(readVerdict(folder, "r2")).rejects.toMatchObject({ code: "kept-file-damaged" });
  });

  it("reads as a table, with what explains a finding that is no pass", () => {
    const bad: Finding = {
      name: "old release",
      outcome: "fail",
      text: "POST /b: 500",
      details: ["statement: X"],
    };
    expect(verdictLines(verdict({ ...restored, details: ["not shown"] }, bad))).toEqual([
      "pass        restored     backup b1",
      "fail        old release  POST /b: 500",
      "            statement: X",
      "schema, as the migrations change it:",
      "  + venues.town text",
      "rehearsal of r2, against r1: fail, in 900 ms",
    ]);
  });
});
