import { appendFile, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readEvidence, recordEvidence } from "./evidence.ts";
import { sampleEvidence } from "./testing.ts";

let root = "";
let folder = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "cozy-evidence-"));
  folder = join(root, "evidence");
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe("evidence", () => {
  it("is there as it was recorded, oldest first, for nobody else to read", async () => {
    expect(await readEvidence(folder, "recovery.rto")).toEqual({ measurements: [], unreadable: 0 });
    const first = sampleEvidence("recovery.rto", { measured: 1_000, details: ["restore: 1 s"] });
    const second = sampleEvidence("recovery.rto", { outcome: "broken" });
    await recordEvidence(folder, first);
    await recordEvidence(folder, second);
    await recordEvidence(folder, sampleEvidence("recovery.rpo"));
    const { measurements } = await readEvidence(folder, "recovery.rto");
    expect(JSON.stringify(measurements)).toBe(JSON.stringify([first, second]));
    expect((await stat(join(folder, "recovery.rto.jsonl"))).mode & 0o777).toBe(0o600);
  });

  it("survives a line that a power cut tore, which hides none before and none after", async () => {
    const file = join(folder, "recovery.rto.jsonl");
    await recordEvidence(folder, sampleEvidence("recovery.rto", { text: "before" }));
    await appendFile(file, '{"format":1,"promise":"recov');
    await recordEvidence(folder, sampleEvidence("recovery.rto", { text: "after" }));
    const { measurements, unreadable } = await readEvidence(folder, "recovery.rto");
    expect(measurements.map(({ text }) => text)).toEqual(["before", "after"]);
    expect(unreadable).toBe(1);
    expect((await readFile(file, "utf8")).split("\n")).toHaveLength(4);
  });

  it("takes no line of another format for its own", async () => {
    await recordEvidence(folder, sampleEvidence("recovery.rto"));
    await appendFile(join(folder, "recovery.rto.jsonl"), '{"format":2,"promise":"recovery.rto"}\nnull\n');
    const { measurements, unreadable } = await readEvidence(folder, "recovery.rto");
    expect([measurements.length, unreadable]).toEqual([1, 2]);
  });
});
