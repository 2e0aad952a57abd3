import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mayBeLeftOut } from "../../test/support/may-be-left-out.ts";
import { historyEntry } from "./history-entry.ts";
import { journalName, parseJournal, type JournalEvent } from "./journal.ts";
import { journalFolder } from "./journal-folder.ts";
import { history, startJournal, takeUpJournal, unfinishedJournal } from "./journal-store.ts";
import { memoryJournals } from "./testing/memory-journals.ts";
import { occasion, planOf, someone } from "./testing/plans.ts";

const noon = Date.UTC(2026, 10, 24, 12);
const plan = planOf([["a@1"], ["b@1"]], 1);
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-journal-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("parseJournal", () => {
  const header = JSON.stringify({ format: 1, plan, ...occasion, startedAt: noon, token: 3 });
  const line = (entry: object) => JSON.stringify({ at: noon, token: 3, ...entry });

  it("leaves out and counts a last line that was cut off", () => {
    const journal = parseJournal(
      "j",
      `${header}\n${line({ event: "started", operation: "a@1" })}\n{"at":1,"ü`,
    );
    expect(journal.entries).toHaveLength(1);
    expect(journal.tornBytes).toBe(11);
  });

  it.each([
    ["", 1, "the header is missing"],
    [`{"format":0}\n`, 1, "the header has no format number"],
    [`{"format":1,"plan":{"phases":[]}}\n`, 1, "the header lacks its plan, its token or its time"],
    [`${header}\nnot json\n`, 2, "the line is no JSON object"],
    [
      `${header}\n${line({ event: "note", text: "x" })}\n${line({ event: "started" })}\n`,
      3,
      "the line is no entry of a journal",
    ],
  ])("says where %j is damaged", (text, at, fault) => {
    const parse = () => parseJournal("j.jsonl", text);
    expect(parse).toThrow(`The journal j.jsonl is damaged at line ${at}: ${fault}.`);
  });

  it("refuses a newer format by its number", () => {
    expect(() => parseJournal("j", '{"format":2}\n')).toThrow(
      "has format 2; this cozy reads formats up to 1",
    );
  });

  it("leaves out what a deployer wrote after its lease had been taken over", () => {
    const entries = [
      line({ event: "started", operation: "a@1" }),
      line({ event: "taken-up", by: "abort", who: someone, token: 4 }),
      line({ event: "done", operation: "a@1" }),
      line({ event: "ended", outcome: "undone", token: 4 }),
      line({ event: "ended", outcome: "committed" }),
    ];
    const journal = parseJournal("j", `${header}\n${entries.join("\n")}\n`);
    expect(journal.entries.map(({ event }) => event)).toEqual(["started", "taken-up", "ended"]);
  });

  it("is named so that names sort by time", () => {
    expect(journalName(plan, noon)).toBe("20261124T120000.000Z-deploy-new.jsonl");
  });
});

describe.each([
  ["a folder", () => journalFolder(folder)],
  ["memory", () => memoryJournals()],
])("journals in %s", (_name, make) => {
  it("are listed newest first, read as they were written, and gone on with", async () => {
    const store = make();
    expect(await store.list()).toEqual([]);
    expect(await unfinishedJournal(store)).toBeUndefined();
    let now = noon;
    const writing = { store, token: 1, now: () => (now += 1000) };
    const first = await startJournal(plan, { ...occasion, reason: "because" }, writing);
    await first.record({ event: "ended", outcome: "committed" });
    await first.close();
    const second = await startJournal(plan, occasion, writing);
    await Promise.all([
      second.record({ event: "started", operation: "a@1" }),
      second.record({ event: "done", operation: "a@1" }),
    ]);
    await second.close();
    expect(await store.list()).toEqual([second.name, first.name]);

    const left = await unfinishedJournal(store);
    expect(left?.entries.map(({ event }) => event)).toEqual(["started", "done"]);
    if (left === undefined) throw new Error("the second journal has ended");
    const again = await takeUpJournal(left, "resume", someone, { ...writing, token: 2 });
    await again.record({ event: "ended", outcome: "committed" });
    await again.close();
    expect(await unfinishedJournal(store)).toBeUndefined();
    expect((await history(store, 5)).map(({ name }) => name)).toEqual([second.name, first.name]);
  });
});

describe("a folder of journals", () => {
  const writing = () => ({ store: journalFolder(folder), token: 1, now: () => noon });

  it("keeps room aside while one is open, and gives it back", async () => {
    const journal = await startJournal(plan, occasion, writing());
    expect((await stat(join(folder, "ballast"))).size).toBe(256 * 1024);
    await journal.close();
    expect(await readdir(folder)).toEqual([journal.name]);
  });

  it("is not kept from its unfinished one by a damaged one that has ended", async () => {
    const left = await startJournal(plan, occasion, writing());
    await left.close();
    await writeFile(join(folder, "20261124T130000.000Z-deploy-x.jsonl"), 'rubbish\n{"event":"ended"}\n');
    expect((await unfinishedJournal(journalFolder(folder)))?.name).toBe(left.name);
    await writeFile(join(folder, "20261124T140000.000Z-deploy-x.jsonl"), "rubbish\n");
    await expect(unfinishedJournal(journalFolder(folder))).rejects.toMatchObject({ code: "journal-damaged" });
  });

  it("shows what it can of its history where one journal is damaged", async () => {
    await writeFile(join(folder, "20261124T110000.000Z-deploy-x.jsonl"), "rubbish\n");
    const journal = await startJournal(plan, occasion, writing());
    await journal.close();
    const [newest, damaged] = await history(journalFolder(folder), 10);
    expect(newest).toMatchObject({ name: journal.name, entries: [] });
    expect(damaged).toMatchObject({ error: { code: "journal-damaged" } });
  });

  it("says what stands in the way where it can't be written", async () => {
    await writeFile(join(folder, "file"), "");
    const store = journalFolder(join(folder, "file", "journals"));
    await expect(startJournal(plan, occasion, { ...writing(), store })).rejects.toMatchObject({
      code: "journal-unwritable",
    });
  });

  it.skipIf(mayBeLeftOut(!canMount()))(
    "still records on a full disk, and loses no line when even that is full",
    async () => {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=400k", "tmpfs", folder]);
      try {
        const journal = await startJournal(plan, occasion, writing());
        await writeFile(join(folder, "filler"), Buffer.alloc(400 * 1024)).catch(() => undefined);
        let recorded = 0;
        const long: JournalEvent = { event: "note", text: "x".repeat(9_000) };
        await expect(
          (async () => {
            for (; recorded < 100; recorded += 1) await journal.record(long);
          })(),
        ).rejects.toMatchObject({ code: "journal-unwritable", next: expect.stringContaining("Make room") });
        expect(recorded).toBeGreaterThan(20);
        expect(await readdir(folder)).not.toContain("ballast");
        const kept = parseJournal(journal.name, await readFile(join(folder, journal.name), "utf8"));
        expect(kept).toMatchObject({ tornBytes: 0 });
        expect(kept.entries).toHaveLength(recorded);
        await journal.close();
      } finally {
        // Lazily, because a failed assertion leaves the journal open.
        execFileSync("umount", ["--lazy", folder]);
      }
    },
  );
});

describe("historyEntry", () => {
  it("sums up who did what, what failed, who went on with it and what came of it", async () => {
    const store = memoryJournals();
    let now = noon;
    const writing = { store, token: 1, now: () => (now += 1000) };
    const commits = [{ id: "3f2a1bc", subject: "Sell gift cards" }];
    const first = await startJournal(plan, { ...occasion, commits, reason: "Friday" }, writing);
    await first.record({ event: "started", operation: "a@1" });
    await first.record({ event: "failed", operation: "a@1", message: "broke" });
    const left = parseJournal(first.name, await store.read(first.name));
    expect(historyEntry(left)).toMatchObject({
      command: "deploy",
      release: "new",
      previous: "old",
      commits,
      reason: "Friday",
      outcome: "interrupted",
      failure: { operation: "a@1", message: "broke" },
      durationMs: 2000,
    });

    const other = { ...someone, host: "build-7" };
    const again = await takeUpJournal({ ...left, tornBytes: 3 }, "resume", other, { ...writing, token: 2 });
    await again.record({ event: "ended", outcome: "committed" });
    expect(historyEntry(parseJournal(first.name, await store.read(first.name)))).toMatchObject({
      outcome: "committed",
      failure: undefined,
      takenUp: [{ by: "resume", who: other }],
      notes: [expect.stringContaining("3 bytes")],
      durationMs: 5000,
    });
  });
});

function canMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  try {
    execFileSync("unshare", ["--mount", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
