import { appendFile, mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findLogs } from "./log-files.ts";
import { lastLines, lastLogLines, LogFollower } from "./log-reader.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "cozy-logs-"))));
afterEach(async () => rm(folder, { recursive: true, force: true }));

describe("lastLines", () => {
  it("gives the last lines of any text, however long its lines", async () => {
    const file = join(folder, "a.log");
    const line = fc
      .string({ unit: "grapheme", maxLength: 300 })
      .map((text) => text.replaceAll(/[\n\r]/g, " "));
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 400 }),
        fc.integer({ min: 1, max: 50 }),
        async (lines, count) => {
          await writeFile(file, lines.map((text) => `${text}\n`).join(""));
          expect(await lastLines(file, count)).toEqual(lines.slice(-count));
        },
      ),
      { numRuns: 50 },
    );
  });

  it("gives none of a file that is not there", async () => {
    expect(await lastLines(join(folder, "none.log"), 10)).toEqual([]);
  });
});

describe("lastLogLines", () => {
  it("gives what was logged before a rotation too, as far as it is asked for", async () => {
    const file = join(folder, "access.log");
    await writeFile(`${file}.1`, "one\ntwo\n");
    await writeFile(file, "three\n");
    expect(await lastLogLines(file, 1)).toEqual(["three"]);
    expect(await lastLogLines(file, 2)).toEqual(["two", "three"]);
    expect(await lastLogLines(file, 9)).toEqual(["one", "two", "three"]);
    await rm(file);
    expect(await lastLogLines(file, 1)).toEqual(["two"]);
  });
});

describe("LogFollower", () => {
  it("gives whole lines as they are written, and reads on after a rotation", async () => {
    const file = join(folder, "a.log");
    await writeFile(file, "before\n");
    const follower = new LogFollower(file, 7);
    await appendFile(file, "one\ntw");
    expect(await follower.newLines()).toEqual(["one"]);
    await appendFile(file, "o\n");
    expect(await follower.newLines()).toEqual(["two"]);
    await truncate(file, 0);
    await appendFile(file, "new\n");
    expect(await follower.newLines()).toEqual(["new"]);
    expect(await follower.newLines()).toEqual([]);
  });
});

describe("findLogs", () => {
  it("finds instances by type and release, and cozy's own logs by name", async () => {
    await mkdir(join(folder, "r1"));
    await mkdir(join(folder, "r2"));
    for (const file of ["r1/web.0.log", "r1/web.0.log.1", "r2/web.0.log", "r2/worker.0.log", "access.log"]) {
      await writeFile(join(folder, file), "");
    }
    const names = async (type?: string, release?: string) =>
      (await findLogs(folder, { type, release })).map((file) => `${file.release ?? ""}/${file.source}`);
    expect(await names()).toEqual(["r1/web.0", "r2/web.0", "r2/worker.0"]);
    expect(await names("web", "r2")).toEqual(["r2/web.0"]);
    expect(await names("access")).toEqual(["/access"]);
  });
});
