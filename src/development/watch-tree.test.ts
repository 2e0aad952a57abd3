import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ignoring } from "./ignored.ts";
import { type TreeWatcher, watchTree } from "./watch-tree.ts";

let folder = "";
let watcher: TreeWatcher;
const seen: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-watch-"));
  await mkdir(join(folder, "src", "deep"), { recursive: true });
  await mkdir(join(folder, "node_modules", "a"), { recursive: true });
  seen.length = 0;
  watcher = watchTree({
    folder,
    platform: process.platform,
    isIgnored: ignoring([]),
    onChange: (path) => seen.push(path.replaceAll("\\", "/")),
    onFault: (message) => {
      throw new Error(message);
    },
  });
  await watcher.ready;
});
afterEach(async () => {
  watcher.close();
  await rm(folder, { recursive: true, force: true });
});

async function until(path: string): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end; await after(10)) if (seen.includes(path)) return;
  throw new Error(`${path} was not seen; ${seen.join(", ")} was`);
}

describe("watchTree", () => {
  it("sees files that change, come and go at any depth", async () => {
    await writeFile(join(folder, ".env"), "A=1");
    await until(".env");
    await writeFile(join(folder, "src", "deep", "a.ts"), "1");
    await until("src/deep/a.ts");
    await rm(join(folder, "src", "deep", "a.ts"));
    seen.length = 0;
    await writeFile(join(folder, "src", "b.ts"), "1");
    await until("src/b.ts");
    expect(seen).toContain("src/b.ts");
  });

  it("sees what is in a folder that came later, also what was there before it could be watched", async () => {
    await mkdir(join(folder, "new", "deeper"), { recursive: true });
    await writeFile(join(folder, "new", "deeper", "a.ts"), "1");
    await until("new/deeper/a.ts");
    seen.length = 0;
    await writeFile(join(folder, "new", "deeper", "b.ts"), "1");
    await until("new/deeper/b.ts");
    expect(seen).not.toContain("new/deeper/a.ts");
  });

  it("sees what an editor writes beside a file and renames over it", async () => {
    await writeFile(join(folder, "src", "a.ts.new"), "1");
    await rename(join(folder, "src", "a.ts.new"), join(folder, "src", "a.ts"));
    await until("src/a.ts");
    expect(seen).toContain("src/a.ts");
  });

  it("does not see what holds no source, nor anything once it is closed", async () => {
    await writeFile(join(folder, "node_modules", "a", "index.js"), "1");
    await writeFile(join(folder, "app.sqlite-wal"), "1");
    await writeFile(join(folder, "src", "a.ts"), "1");
    await until("src/a.ts");
    expect(seen.filter((path) => path !== "src/a.ts")).toEqual([]);
    watcher.close();
    seen.length = 0;
    await writeFile(join(folder, "src", "a.ts"), "2");
    await after(100);
    expect(seen).toEqual([]);
  });
});
