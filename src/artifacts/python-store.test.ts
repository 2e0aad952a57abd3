import { execFileSync } from "node:child_process";
import { chmod, cp, readdir, readFile, rename, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { FoundPython } from "./ask-python.ts";
import { pythonsOfMachine } from "./python-runtime.ts";
import { keepPython, type PythonRuntime } from "./python-store.ts";
import { chooseRuntime } from "./runtime.ts";
import { comparePythons } from "./python-version.ts";
import { builderWorkshop, tempFolder, testWorkshop } from "./testing.ts";
import type { Workshop } from "./workshop.ts";

const request = (version: string) => ({ engine: "python", version, source: ".python-version" }) as const;

async function kept(version: string, workshop: Workshop): Promise<PythonRuntime> {
  return keepPython(await chooseRuntime(request(version), workshop), workshop);
}

const ask = (python: string, question: string): string =>
  execFileSync(python, ["-I", "-c", question], { env: {}, encoding: "utf8" }).trim();

describe("a Python", { timeout: 180_000 }, () => {
  it("is copied so that it runs by itself, once for racing builders, and is found again", async () => {
    const workshop = await testWorkshop();
    const choice = await chooseRuntime(request(">=3.10"), workshop);
    expect(choice).toMatchObject({
      engine: "python",
      from: { place: "this-machine", binary: expect.stringMatching(/^\//) },
      name: expect.stringMatching(/^python-3\.\d+\.\d+-/),
    });

    const [runtime, same] = await Promise.all([keepPython(choice, workshop), keepPython(choice, workshop)]);

    expect(same).toEqual(runtime);
    expect(await readdir(workshop.machine.runtimes)).toEqual([runtime.id]);
    expect(runtime).toMatchObject({ version: choice.version, inPlace: undefined });
    expect(ask(runtime.python, "import sys, ssl, sqlite3, ctypes; print(sys.prefix)")).toBe(runtime.folder);
    const library = join(runtime.folder, "lib", `python${choice.version.split(".", 2).join(".")}`);
    const names = await readdir(library);
    expect(names).toContain("os.py");
    for (const name of ["site-packages", "dist-packages", "test", "idlelib"])
      expect(names).not.toContain(name);
    // Its own program and no other's: what it has loaded is here or the system's.
    const maps = "/proc/self/maps";
    const loaded = `[line for line in open("${maps}") if "libpython" in line]`;
    const foreign = `import os; print([line for line in (${loaded} if os.path.exists("${maps}") else []) if "${runtime.folder}" not in line])`;
    expect(ask(runtime.python, foreign)).toBe("[]");

    const again = await chooseRuntime(request(">=3.10"), workshop);
    expect(again).toEqual({ ...choice, from: { place: "kept", id: runtime.id } });
    expect(await keepPython(again, workshop)).toEqual(runtime);
  });

  it("of every kind that this machine has is kept and runs: the system's, pyenv's, uv's", async () => {
    const workshop = await builderWorkshop();
    const found = (await pythonsOfMachine(workshop)).filter(({ version }) =>
      /^3\.(9|1\d)\.\d+$/.test(version),
    );
    expect(found.length).toBeGreaterThan(0);
    for (const version of oldestAndNewestOfEachKind(found)) {
      const runtime = await kept(version, workshop);
      expect(ask(runtime.python, "import sys, json, zlib; print(sys.version.split()[0])")).toBe(version);
    }
  });

  it("behind a version manager's stand-in is asked for its real place", async () => {
    const workshop = await testWorkshop();
    const [real] = await pythonsOfMachine(workshop);
    const folder = await tempFolder();
    await writeFile(join(folder, "python3"), `#!/bin/sh\necho "switching"\nexec ${real?.binary} "$@"\n`);
    await chmod(join(folder, "python3"), 0o755);
    const found = await pythonsOfMachine({ ...workshop, env: { PATH: folder, HOME: folder } });
    expect(found).toEqual([real]);
  });

  it("that can't be moved is used where it is, and one that an update replaced is not taken for it", async () => {
    const donor = await kept(">=3.10", await builderWorkshop());
    const folder = await tempFolder();
    const framework = join(folder, "Framework");
    await cp(donor.folder, framework, { recursive: true, verbatimSymlinks: true });
    const library = join(framework, "lib", `python${donor.version.split(".", 2).join(".")}`);
    for (const name of await readdir(library)) {
      if (!name.startsWith("_sysconfigdata")) continue;
      const text = await readFile(join(library, name), "utf8");
      await writeFile(join(library, name), `${text}\nbuild_time_vars["PYTHONFRAMEWORK"] = "Python"\n`);
    }
    await symlinkPrograms(join(framework, "bin"), folder);
    // The bytecode that is there does not look at the text again.
    for (const name of await readdir(join(library, "__pycache__"))) {
      if (name.startsWith("_sysconfigdata")) await truncate(join(library, "__pycache__", name));
    }
    const workshop = await testWorkshop({ env: { PATH: folder, HOME: folder } });

    const runtime = await kept(">=3.10", workshop);

    expect(runtime.inPlace).toMatch(new RegExp(`^${framework}/bin/python3`));
    expect(ask(runtime.python, "import sys, json; print(sys.prefix)")).toBe(framework);
    expect(await chooseRuntime(request(">=3.10"), workshop)).toMatchObject({ from: { place: "kept" } });
    await rename(framework, `${framework}-gone`);
    await expect(chooseRuntime(request(">=3.10"), workshop)).rejects.toMatchObject({
      code: "runtime-not-found",
    });
  });

  it("that nobody has is told with those that are there and a command", async () => {
    const workshop = await builderWorkshop();
    await expect(chooseRuntime(request("3.99"), workshop)).rejects.toMatchObject({
      code: "runtime-not-found",
      message: expect.stringMatching(/No Python 3\.99 \(\.python-version\).*it has 3\.\d+\.\d+ \(\//),
      next: expect.stringContaining("3.99"),
    });
    const nowhere = { ...workshop, env: { PATH: "/nonexistent", HOME: "/nonexistent" } };
    await expect(chooseRuntime(request("3.99"), nowhere)).rejects.toMatchObject({
      message: expect.stringContaining("it has none"),
      next: expect.stringContaining("uv python install 3.99"),
    });
    await expect(chooseRuntime(request("^3.12"), workshop)).rejects.toMatchObject({
      code: "runtime-version-unreadable",
    });
  });

  it("that is damaged is told and never overwritten", async () => {
    const donor = await kept(">=3.10", await builderWorkshop());
    const workshop = await testWorkshop();
    const folder = join(workshop.machine.runtimes, donor.id);
    await cp(donor.folder, folder, { recursive: true, verbatimSymlinks: true });
    const choice = await chooseRuntime(request(donor.version), workshop);
    await truncate(join(folder, "bin", `python${donor.version.split(".", 2).join(".")}`));
    await expect(keepPython(choice, workshop)).rejects.toMatchObject({
      code: "runtime-broken",
      message: expect.stringContaining(folder),
    });
    expect((await stat(folder)).isDirectory()).toBe(true);
    expect((await chooseRuntime(request(donor.version), workshop)).from.place).toBe("this-machine");
  });
});

/** Some have ten versions of one kind, and each takes seconds to copy. */
function oldestAndNewestOfEachKind(found: readonly FoundPython[]): ReadonlySet<string> {
  const kinds = Map.groupBy(found, ({ binary }) => dirname(dirname(dirname(binary))));
  const ends = [...kinds.values()].flatMap((same) => {
    const versions = same.map(({ version }) => version).toSorted(comparePythons);
    return [versions.at(0), versions.at(-1)];
  });
  return new Set(ends.filter((version) => version !== undefined));
}

async function symlinkPrograms(bin: string, folder: string): Promise<void> {
  for (const name of await readdir(bin)) await symlink(join(bin, name), join(folder, name));
}
