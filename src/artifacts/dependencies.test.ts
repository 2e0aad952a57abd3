import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readDependencies, treeHash, type Dependencies } from "./dependencies.ts";
import { packageFiles, tempFolder, writeFiles, type Files } from "./testing.ts";

async function reading(files: Files): Promise<Dependencies | undefined> {
  const folder = await tempFolder();
  await writeFiles(folder, files);
  return readDependencies(folder);
}

function lockOf(entry: object): Files {
  const packages = { "": {}, "node_modules/@acme/tools": entry };
  return {
    "package.json": '{"dependencies":{"@acme/tools":"*"}}',
    "package-lock.json": JSON.stringify({ lockfileVersion: 3, packages }),
  };
}

describe("an application's dependencies", () => {
  it("are none without a package.json, and without packages in it", async () => {
    expect(await reading({ "server.js": "" })).toBeUndefined();
    expect(await reading({ "package.json": '{"name":"app","dependencies":{}}' })).toBeUndefined();
  });

  it.each<[string, Files, string, string]>([
    [
      "no lock file",
      { "package.json": '{"dependencies":{"a":"1"}}' },
      "lock-file-missing",
      "package-lock.json",
    ],
    [
      "a lock file of pnpm",
      { "package.json": '{"dependencies":{"a":"1"}}', "pnpm-lock.yaml": "" },
      "lock-file-not-carried-out",
      "pnpm",
    ],
    [
      "a lock file of Yarn",
      { "package.json": '{"dependencies":{"a":"1"}}', "yarn.lock": "" },
      "lock-file-not-carried-out",
      "Yarn",
    ],
    [
      "a lock file of Bun",
      { "package.json": '{"dependencies":{"a":"1"}}', "bun.lock": "" },
      "lock-file-not-carried-out",
      "Bun",
    ],
    [
      "workspaces",
      { "package.json": '{"workspaces":["packages/*"]}' },
      "workspaces-not-carried-out",
      "workspaces",
    ],
    [
      "an install script of its own",
      { "package.json": '{"scripts":{"postinstall":"patch-package"},"dependencies":{"a":"1"}}' },
      "install-script-not-carried-out",
      "patch-package",
    ],
    ["a package.json that can't be read", { "package.json": "{" }, "package-file-unreadable", "package.json"],
    [
      "a lock file that can't be read",
      { "package.json": '{"dependencies":{"a":"1"}}', "package-lock.json": "<<<<<<< HEAD" },
      "package-file-unreadable",
      "package-lock.json",
    ],
    ["a folder outside", lockOf({ resolved: "../tools", link: true }), "dependency-outside", "@acme/tools"],
    ["an archive outside", lockOf({ resolved: "file:../tools.tgz" }), "dependency-outside", "../tools.tgz"],
    [
      "a folder within",
      lockOf({ resolved: "tools", link: true }),
      "dependency-link-not-carried-out",
      "@acme/tools",
    ],
  ])("with %s are refused by name", async (_, files, code, named) => {
    await expect(reading(files)).rejects.toMatchObject({ code, message: expect.stringContaining(named) });
  });

  it("may be archives within the application", async () => {
    expect((await reading(lockOf({ resolved: "file:vendor/tools-1.0.0.tgz" })))?.archives).toEqual([
      "vendor/tools-1.0.0.tgz",
    ]);
  });
});

describe("a tree's name", () => {
  const platform = { os: "linux", arch: "x64", libc: "glibc" } as const;

  it("does not change with scripts, and does with everything that decides the packages", async () => {
    const files = packageFiles({ development: true });
    const nameOf = async (more: Files): Promise<string> => {
      const dependencies = await reading({ ...files, ...more });
      return dependencies === undefined ? "" : treeHash(dependencies, "run", "node-1", platform);
    };
    const manifest: object = JSON.parse(files["package.json"] ?? "");
    const changed = (fields: object): Files => ({
      "package.json": JSON.stringify({ ...manifest, ...fields }),
    });
    const name = await nameOf({});

    expect(await nameOf(changed({ scripts: { build: "tsc" }, description: "An application" }))).toBe(name);
    expect(await nameOf({ "server.js": "changed" })).toBe(name);
    const others = [
      changed({ overrides: { ms: "2" } }),
      changed({ allowScripts: { ms: true } }),
      { ".npmrc": "legacy-peer-deps=true" },
      { "package-lock.json": `${files["package-lock.json"]} ` },
    ];
    const names = await Promise.all(others.map(nameOf));
    expect(new Set([name, ...names]).size).toBe(5);
  });

  it("tells kinds, runtimes and platforms apart", async () => {
    const dependencies = await reading(packageFiles());
    if (dependencies === undefined) throw new Error("it has dependencies");
    const part = fc.record({
      kind: fc.constantFrom("build" as const, "run" as const),
      runtime: fc.constantFrom("node-1", "node-2"),
      arch: fc.constantFrom("x64", "arm64"),
    });
    const nameOf = ({
      kind,
      runtime,
      arch,
    }: typeof part extends fc.Arbitrary<infer Part> ? Part : never): string =>
      treeHash(dependencies, kind, runtime, { ...platform, arch });
    fc.assert(
      fc.property(part, part, (a, b) => {
        expect(nameOf(a) === nameOf(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });
});
