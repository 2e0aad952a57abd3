import { appendFile, chmod, mkdir, readFile, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkOut } from "./check-out.ts";
import { commitsBetween } from "./commits-between.ts";
import { describeSource } from "./git-source.ts";
import { commit, gitIn, repositoryOf, tempFolder } from "./testing.ts";

const signal = new AbortController().signal;

describe("the source of a release", () => {
  it("is the application's folder at a commit, with what is not in it", async () => {
    const root = await repositoryOf({ "apps/web/a b.js": "1\n", "other/c.js": "2\n" });
    const id = await commit(root, { "apps/web/d.js": "3\n" }, "Second, with ünïcode");
    const folder = join(root, "apps/web");
    await writeFile(join(folder, "new file.js"), "not committed");
    await appendFile(join(folder, "a b.js"), "changed");
    await appendFile(join(root, "other/c.js"), "of another application");

    const source = await describeSource({ folder }, signal);

    expect(source).toMatchObject({
      root,
      prefix: "apps/web",
      commit: id,
      tree: gitIn(root, "rev-parse", "HEAD:apps/web").trim(),
      subject: "Second, with ünïcode",
      author: "tester",
      branch: "main",
      uncommitted: ["apps/web/a b.js", "apps/web/new file.js"],
    });
    expect(Math.abs(source.committedAt - Date.now())).toBeLessThan(60_000);
  });

  it("has one tree id for equal files, whatever else the repository holds", async () => {
    const root = await repositoryOf({ "app/a.js": "1" });
    const before = await describeSource({ folder: join(root, "app") }, signal);
    await commit(root, { "elsewhere.js": "2" }, "Elsewhere");
    const after = await describeSource({ folder: join(root, "app") }, signal);
    expect(after.commit).not.toBe(before.commit);
    expect(after.tree).toBe(before.tree);
  });

  it("is found by branch, tag and short commit", async () => {
    const root = await repositoryOf({ "a.js": "1" });
    const first = gitIn(root, "rev-parse", "HEAD").trim();
    gitIn(root, "branch", "develop");
    gitIn(root, "tag", "v1");
    await commit(root, { "a.js": "2" }, "Second");
    expect(await describeSource({ folder: root, ref: "develop" }, signal)).toMatchObject({
      commit: first,
      branch: "develop",
      prefix: "",
    });
    expect(await describeSource({ folder: root, ref: "v1" }, signal)).toMatchObject({
      commit: first,
      branch: undefined,
    });
    expect((await describeSource({ folder: root, ref: first.slice(0, 8) }, signal)).commit).toBe(first);
  });

  it("names the nearest branch of one that is not there", async () => {
    const root = await repositoryOf({ "a.js": "1" });
    gitIn(root, "branch", "develop");
    await expect(describeSource({ folder: root, ref: "devlop" }, signal)).rejects.toMatchObject({
      code: "unknown-ref",
      next: "Did you mean `develop`?",
    });
    await expect(describeSource({ folder: root, ref: "--all" }, signal)).rejects.toMatchObject({
      code: "unknown-ref",
    });
  });

  it("is refused outside a repository, before the first commit, and where the folder is not committed", async () => {
    const folder = await tempFolder();
    await expect(describeSource({ folder }, signal)).rejects.toMatchObject({ code: "not-a-repository" });
    await expect(describeSource({ folder: join(folder, "none") }, signal)).rejects.toMatchObject({
      code: "not-a-repository",
    });
    gitIn(folder, "init", "--quiet");
    await expect(describeSource({ folder }, signal)).rejects.toMatchObject({ code: "no-commits" });
    await commit(folder, { "a.js": "1" }, "First");
    await mkdir(join(folder, "app"));
    await expect(describeSource({ folder: join(folder, "app") }, signal)).rejects.toMatchObject({
      code: "folder-not-in-commit",
    });
  });

  it("is refused by name where it holds a submodule, and only then", async () => {
    const root = await repositoryOf({ "app/a.js": "1", "other/b.js": "2" });
    const id = gitIn(root, "rev-parse", "HEAD").trim();
    gitIn(root, "update-index", "--add", "--cacheinfo", `160000,${id},app/vendored`);
    gitIn(root, "commit", "--quiet", "--message", "A submodule");
    await expect(describeSource({ folder: join(root, "app") }, signal)).rejects.toMatchObject({
      code: "submodules-not-carried-out",
      message: expect.stringContaining("app/vendored"),
    });
    expect((await describeSource({ folder: join(root, "other") }, signal)).prefix).toBe("other");
  });

  it("is not misled by the variables that a git hook is started with", async () => {
    const root = await repositoryOf({ "a.js": "1" });
    const elsewhere = await repositoryOf({ "b.js": "1" });
    process.env["GIT_DIR"] = join(elsewhere, ".git");
    process.env["GIT_INDEX_FILE"] = join(elsewhere, ".git/index");
    try {
      const source = await describeSource({ folder: root }, signal);
      expect(source.commit).toBe(gitIn(root, "rev-parse", "HEAD").trim());
      expect(source.root).toBe(root);
    } finally {
      delete process.env["GIT_DIR"];
      delete process.env["GIT_INDEX_FILE"];
    }
  });
});

describe("a check-out", () => {
  it("has the committed files with modes and links, through filters, and without git's own", async () => {
    const root = await repositoryOf({ ".gitattributes": "*.txt filter=upper\nleft-out.js export-ignore\n" });
    gitIn(root, "config", "filter.upper.smudge", "tr a-z A-Z");
    gitIn(root, "config", "filter.upper.clean", "tr A-Z a-z");
    const folder = join(root, "app");
    await mkdir(join(folder, "bin"), { recursive: true });
    await writeFile(join(folder, "bin/run"), "#!/bin/sh\n");
    await chmod(join(folder, "bin/run"), 0o755);
    await symlink("bin/run", join(folder, "link"));
    await commit(root, { "app/note.txt": "hello\n", "app/left-out.js": "kept\n" }, "Files");
    await writeFile(join(folder, "note.txt"), "not committed");
    await writeFile(join(folder, "new.js"), "not committed");
    const index = await readFile(join(root, ".git/index"));

    const source = await describeSource({ folder }, signal);
    const to = join(await tempFolder(), "out");
    await checkOut(source, to, signal);

    expect(await readFile(join(to, "note.txt"), "utf8")).toBe("HELLO\n");
    expect(await readFile(join(to, "left-out.js"), "utf8")).toBe("kept\n");
    expect((await stat(join(to, "bin/run"))).mode & 0o111).toBe(0o111);
    expect(await readlink(join(to, "link"))).toBe("bin/run");
    await expect(stat(join(to, "new.js"))).rejects.toThrow("ENOENT");
    await expect(stat(join(to, ".git"))).rejects.toThrow("ENOENT");
    expect(await readFile(join(root, ".git/index"))).toEqual(index);
  });

  it("ends with the signal, and leaves nothing", async () => {
    const root = await repositoryOf({ "a.js": "1" });
    const source = await describeSource({ folder: root }, signal);
    const to = await tempFolder();
    await expect(checkOut(source, join(to, "out"), AbortSignal.abort(new Error("stop")))).rejects.toThrow(
      "stop",
    );
    await expect(stat(join(to, "out"))).rejects.toThrow("ENOENT");
  });
});

describe("the commits between two releases", () => {
  it("are those of the application's folder, forwards and back", async () => {
    const root = await repositoryOf({ "app/a.js": "1" });
    const from = gitIn(root, "rev-parse", "HEAD").trim();
    await commit(root, { "elsewhere.js": "1" }, "Elsewhere");
    const middle = await commit(root, { "app/a.js": "2" }, "Second");
    const to = await commit(root, { "app/a.js": "3" }, "Third");
    const folder = join(root, "app");
    const third = { id: to, subject: "Third", author: "tester" };
    const second = { id: middle, subject: "Second", author: "tester" };

    expect(await commitsBetween({ folder, from, to }, signal)).toEqual({
      added: [third, second],
      removed: [],
    });
    expect(await commitsBetween({ folder, from: to, to: middle }, signal)).toEqual({
      added: [],
      removed: [third],
    });
    expect(await commitsBetween({ folder, from: "0".repeat(40), to }, signal)).toBeUndefined();
  });
});
