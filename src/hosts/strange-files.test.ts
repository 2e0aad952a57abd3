import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { environmentPaths, machinePaths, type EnvironmentPaths } from "./environment-paths.ts";
import { strangeFiles, strangeFilesWarning } from "./strange-files.ts";

let home: string;
let paths: EnvironmentPaths;
let app: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "cozy-strange-"));
  paths = environmentPaths(machinePaths({ COZY_HOME: home }, home), "shop", "staging");
  app = join(paths.releases, "r1", "app");
  await mkdir(app, { recursive: true });
  const file = (path: string) => ({ kind: "file", path, mode: 0o444, sizeBytes: 1, sha256: "x" });
  const content = {
    stack: "node",
    platform: { os: "linux", arch: "x64", libc: "glibc" },
    runtime: "n",
    files: [file("server.js"), file("src/page.js")],
  };
  const manifest = { format: 1, id: "a", content, builtFrom: { key: "k", commit: "c" } };
  await writeFile(join(paths.releases, "r1", "manifest.json"), JSON.stringify(manifest));
  await write("server.js");
  await write("src/page.js");
  await writeFile(join(paths.releases, "r1", "release.json"), "{}");
});
afterEach(async () => rm(home, { recursive: true, force: true }));

async function write(path: string): Promise<void> {
  await mkdir(dirname(join(app, path)), { recursive: true });
  await writeFile(join(app, path), "x");
}

describe("strangeFiles", () => {
  it("finds none in a release that keeps to its folders", async () => {
    const outside = join(home, "persist", "data");
    await mkdir(outside, { recursive: true });
    await writeFile(join(outside, "upload.bin"), "x");
    await symlink(outside, join(app, "data"));
    await write("node_modules/.cache/x");
    await write("src/__pycache__/page.pyc");
    expect(await strangeFiles(paths, "r1")).toEqual({ files: [], cutOff: false });
  });

  it("finds what was written, and what was changed", async () => {
    await write("logs/app.log");
    await write("db.sqlite");
    const later = new Date(Date.now() + 60_000);
    await utimes(join(app, "src/page.js"), later, later);
    expect((await strangeFiles(paths, "r1")).files).toEqual(["db.sqlite", "logs/app.log", "src/page.js"]);
  });

  it("stops after so many, outer folders first", async () => {
    for (let at = 0; at < 30; at += 1) await write(`a/b/c/${at}.txt`);
    await write("z.log");
    const found = await strangeFiles(paths, "r1", { entries: 10, timeMs: 5_000 });
    expect(found.cutOff).toBe(true);
    expect(found.files).toContain("z.log");
    expect(found.files.length).toBeLessThan(10);
    expect((await strangeFiles(paths, "r1", { entries: 10, timeMs: -1 })).cutOff).toBe(true);
  });
});

describe("strangeFilesWarning", () => {
  it.each([
    [
      ["logs/app.log"],
      false,
      "1 file into its own folder, which the next release will not see: logs/app.log",
    ],
    [
      ["a", "b", "c", "d"],
      false,
      "4 files into its own folder, which the next release will not see: a, b, c, …",
    ],
    [["a"], true, "at least 1 file into its own folder, which the next release will not see: a, …"],
  ])("%j", (files, cutOff, text) => {
    expect(strangeFilesWarning({ files, cutOff })).toEqual([
      `The serving release wrote ${text}; name the folder in \`persist\`.`,
    ]);
  });

  it("says nothing where there is nothing to tell", () => {
    expect(strangeFilesWarning({ files: [], cutOff: true })).toEqual([]);
  });
});
