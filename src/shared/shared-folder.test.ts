import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileModeIn, isShared, makeFolderWithin, shareFile } from "./shared-folder.ts";

let root: string;
let before: number;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cozy-shared-folder-"));
  before = process.umask(0o027);
});
afterEach(() => {
  process.umask(before);
  rmSync(root, { recursive: true, force: true });
});

const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

describe("within a folder that two users share", () => {
  beforeEach(() => chmodSync(root, 0o2770));

  it("folders and files are shared too, whatever the mask says", () => {
    const folder = join(root, "cleanup");
    makeFolderWithin(folder);
    makeFolderWithin(join(folder, "output"));
    expect([modeOf(folder), modeOf(join(folder, "output"))]).toEqual(["2770", "2770"]);
    const file = join(folder, "runs.jsonl");
    writeFileSync(file, "", { mode: fileModeIn(folder) });
    shareFile(file);
    expect(modeOf(file)).toBe("660");
  });

  it("a folder that is there stays as it is", () => {
    const folder = join(root, "cleanup");
    mkdirSync(folder, { mode: 0o700 });
    chmodSync(folder, 0o700);
    makeFolderWithin(folder);
    expect(modeOf(folder)).toBe("700");
  });
});

describe("within any other folder", () => {
  it("everything is its owner's alone, also where the folders above are made with it", () => {
    const folder = join(root, "schedules", "cleanup");
    makeFolderWithin(folder);
    expect([modeOf(join(root, "schedules")), modeOf(folder)]).toEqual(["700", "700"]);
    const file = join(folder, "runs.jsonl");
    writeFileSync(file, "", { mode: fileModeIn(folder) });
    shareFile(file);
    expect(modeOf(file)).toBe("600");
    expect(isShared(join(root, "not-there"))).toBe(false);
  });
});
