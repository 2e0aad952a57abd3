import { describe, expect, it } from "vitest";
import { pythonTreeHash, readPythonDependencies } from "./python-dependencies.ts";
import { tempFolder, writeFiles, type Files } from "./testing.ts";

async function read(files: Files, named?: string) {
  const folder = await tempFolder();
  await writeFiles(folder, files);
  return readPythonDependencies(folder, named);
}

const runtime = {
  id: "python-3.12.1-linux-x64-01234567",
  version: "3.12.1",
  platform: { os: "linux", arch: "x64", libc: "glibc" },
  folder: "/r",
  bin: "/r/bin",
} as const;

const hashed = (name: string) => `${name}==1.0 --hash=sha256:${"a".repeat(64)}\n`;

describe("an application's Python packages", () => {
  it("are those of the first file that locks them, or of the one that is named", async () => {
    const files = {
      "requirements.txt": "a==1\n",
      "requirements.lock": "b==1\n",
      "deploy/prod.txt": hashed("c"),
    };
    expect(await read(files)).toMatchObject({
      file: "requirements.lock",
      hashed: false,
      kind: "requirements",
    });
    expect(await read(files, "./deploy/prod.txt")).toMatchObject({ file: "deploy/prod.txt", hashed: true });
    const uv = { "uv.lock": "version = 1\n", "pyproject.toml": "[project]\n", ...files };
    expect(await read(uv)).toMatchObject({ file: "uv.lock", kind: "uv-lock", hashed: true });
  });

  it("make a tree whose name changes with every file that has a say, and with the runtime", async () => {
    const files = {
      "requirements.txt": "-r base.txt\n-c limits.txt\na==1\n",
      "base.txt": "b==1\n",
      "limits.txt": "c<2\n",
    };
    const hash = async (more: Files) => pythonTreeHash(await read({ ...files, ...more }), runtime);
    const first = await hash({});
    expect(await hash({ "README.md": "unrelated" })).toBe(first);
    expect(await hash({ "base.txt": "b==2\n" })).not.toBe(first);
    expect(await hash({ "limits.txt": "c<3\n" })).not.toBe(first);
    const other = { ...runtime, id: "python-3.12.2-linux-x64-01234567" };
    expect(pythonTreeHash(await read(files), other)).not.toBe(first);
  });

  it.each<[string, Files, object]>([
    [
      "nothing locks them",
      { "manage.py": "" },
      { code: "requirements-missing", next: expect.stringContaining("--generate-hashes requirements.in") },
    ],
    [
      "a project of uv without a lock file",
      { "pyproject.toml": "" },
      { code: "requirements-missing", next: "uv lock && git add uv.lock && git commit" },
    ],
    [
      "Poetry",
      { "poetry.lock": "" },
      { code: "lock-file-not-carried-out", next: expect.stringContaining("poetry export") },
    ],
    [
      "Pipenv",
      { "Pipfile.lock": "" },
      { code: "lock-file-not-carried-out", next: expect.stringContaining("pipenv requirements --hash") },
    ],
    [
      "PDM",
      { "pdm.lock": "" },
      { code: "lock-file-not-carried-out", next: expect.stringContaining("pdm export") },
    ],
    [
      "no exact version",
      { "requirements.txt": "Django>=5\na==1\nb\n" },
      {
        code: "requirements-unpinned",
        message: "requirements.txt: `Django>=5`, `b` have no exact version; two builds could differ.",
        next: "git mv requirements.txt requirements.in && uv pip compile --universal --generate-hashes requirements.in --output-file requirements.txt && git add requirements.in requirements.txt && git commit",
        details: ["requirements.txt:1: Django>=5", "requirements.txt:3: b"],
      },
    ],
    [
      "no exact version in an included file",
      { "requirements.txt": "-r base.txt\n", "base.txt": "b\n", "requirements.in": "b\n" },
      {
        code: "requirements-unpinned",
        details: ["base.txt:1: b"],
        next: expect.stringMatching(/^uv pip compile/),
      },
    ],
    [
      "hashes for some only",
      { "requirements.txt": `${hashed("a")}b==1\n` },
      {
        code: "requirements-unpinned",
        message: expect.stringContaining("`b==1` has no hash, though others have"),
      },
    ],
    [
      "a folder",
      { "requirements.txt": "./vendor/shop\n" },
      {
        code: "requirement-refused",
        message: expect.stringContaining(
          "requirements.txt:1: `./vendor/shop` is a file or folder of this machine",
        ),
      },
    ],
    ["an editable one", { "requirements.txt": "a==1\n-e .\n" }, { code: "requirement-refused" }],
    [
      "a branch",
      { "requirements.txt": "shop @ git+https://example.invalid/shop@main\n" },
      {
        code: "requirement-refused",
        next: "Write the full commit: shop @ git+https://example.invalid/shop@<40 hexadecimal digits>",
      },
    ],
    [
      "an address without a hash",
      { "requirements.txt": "shop @ https://example.invalid/shop-1.0.whl\n" },
      { code: "requirement-refused", next: expect.stringContaining("#sha256=") },
    ],
    [
      "an included file that is not there",
      { "requirements.txt": "-r base.txt\n" },
      {
        code: "requirements-unreadable",
        message: "base.txt, which requirements.txt:1 names, is not in the commit.",
      },
    ],
    [
      "an included file outside",
      { "requirements.txt": "-r ../base.txt\n" },
      {
        code: "requirements-unreadable",
        message: expect.stringContaining("outside the application's folder"),
      },
    ],
    [
      "uv's lock file with a folder",
      {
        "pyproject.toml": "",
        "uv.lock":
          'version = 1\n\n[[package]]\nname = "site"\nversion = "1"\nsource = { virtual = "." }\n\n[[package]]\nname = "shop"\nversion = "1"\nsource = { editable = "../shop" }\n',
      },
      {
        code: "requirement-refused",
        message: expect.stringContaining("the package shop is the folder ../shop"),
      },
    ],
  ])("are refused by name: %s", async (_name, files, error) => {
    await expect(read(files)).rejects.toMatchObject(error);
  });

  it("that a config names and the commit has not are told", async () => {
    await expect(read({}, "requirements/production.txt")).rejects.toMatchObject({
      code: "requirements-unreadable",
      message: "requirements/production.txt, which app.requirements names, is not in the commit.",
    });
  });
});
