import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { firstDifference, lookAtModules } from "./node-dependencies.ts";

let folder = "";
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "cozy-dev-"))));
afterEach(async () => rm(folder, { recursive: true, force: true }));

const lock = (version: string) =>
  JSON.stringify({ packages: { "": {}, "node_modules/hono": { version, integrity: `sha512-${version}` } } });

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

const older = new Date(2020, 1, 1);

describe("lookAtModules", () => {
  it("wants nothing of an application without packages", async () => {
    expect(await lookAtModules(folder)).toEqual({ state: "fine" });
    await write({ "package.json": '{ "name": "tiny" }' });
    expect(await lookAtModules(folder)).toEqual({ state: "fine" });
  });

  it("tells what is not installed, installed otherwise than locked, or as it is", async () => {
    await write({
      "package.json": '{ "dependencies": { "hono": "^4" } }',
      "package-lock.json": lock("4.2.0"),
    });
    expect(await lookAtModules(folder)).toEqual({ state: "missing", what: "there is no node_modules" });

    await write({ "node_modules/.package-lock.json": lock("4.1.0") });
    await utimes(join(folder, "node_modules", ".package-lock.json"), older, older);
    expect(await lookAtModules(folder)).toEqual({
      state: "stale",
      what: "hono in node_modules is not as package-lock.json says",
    });

    await write({ "node_modules/.package-lock.json": lock("4.2.0") });
    expect(await lookAtModules(folder)).toEqual({ state: "fine" });
  });

  it("is not misled by the time of a lock file that git has just checked out", async () => {
    await write({
      "package.json": '{ "dependencies": { "hono": "^4" } }',
      "package-lock.json": lock("4.2.0"),
      "node_modules/.package-lock.json": lock("4.2.0"),
    });
    await utimes(join(folder, "node_modules", ".package-lock.json"), older, older);
    expect(await lookAtModules(folder)).toEqual({ state: "fine" });
  });

  it("names the command of another package manager, and of none", async () => {
    await write({ "package.json": '{ "devDependencies": { "hono": "^4" } }' });
    expect(await lookAtModules(folder)).toMatchObject({ state: "not-locked", next: "npm install" });
    await write({ "pnpm-lock.yaml": "" });
    expect(await lookAtModules(folder)).toMatchObject({ next: "pnpm install --frozen-lockfile" });
    await mkdir(join(folder, "node_modules"));
    expect(await lookAtModules(folder)).toEqual({ state: "fine" });
  });
});

describe("firstDifference", () => {
  it("does not miss what only another platform needs", () => {
    const locked = { "node_modules/a": { version: "1" }, "node_modules/b": { version: "1", optional: true } };
    expect(firstDifference(locked, { "node_modules/a": { version: "1" } })).toBeUndefined();
    expect(firstDifference(locked, { "node_modules/b": { version: "1" } })).toBe("a");
    const other = { "node_modules/a": { version: "1" }, "node_modules/b": { version: "2" } };
    expect(firstDifference(locked, other)).toBe("b");
  });
});
