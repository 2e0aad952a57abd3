import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readDependencies } from "./dependencies.ts";
import { keepTree, type DependencyTree } from "./dependency-tree.ts";
import { keepRuntime } from "./runtime-store.ts";
import { chooseRuntime } from "./runtime.ts";
import { packageFiles, tempFolder, testApp, builderWorkshop, writeFiles, type Files } from "./testing.ts";
import type { TreeKind } from "../stacks/node.ts";
import type { Workshop } from "./workshop.ts";

async function keeping(
  files: Files,
  workshop: Workshop,
  kind: TreeKind,
): Promise<DependencyTree | undefined> {
  const folder = await tempFolder();
  await writeFiles(folder, files);
  const dependencies = await readDependencies(folder);
  if (dependencies === undefined) throw new Error("it has dependencies");
  const runtime = await keepRuntime(await chooseRuntime(testApp().runtime, workshop), workshop);
  const variables = { REGISTRY_TOKEN: "hunter2!x", OTHER: "not asked for" };
  return keepTree({ folder, dependencies, kind, runtime, variables, timeoutMs: 60_000 }, workshop);
}

/** A port where nobody listens: the network is gone. */
const unplugged = {
  ...process.env,
  npm_config_registry: "http://127.0.0.1:9/",
  npm_config_fetch_retries: "0",
};

describe("a dependency tree", () => {
  it("is installed by the lock file, once for racing builders, and then without a network", async () => {
    const workshop = await builderWorkshop();
    const files = packageFiles({ development: true });

    const [run, same, build] = await Promise.all([
      keeping(files, workshop, "run"),
      keeping(files, workshop, "run"),
      keeping(files, workshop, "build"),
    ]);

    expect(same).toEqual(run);
    expect((await readdir(run?.modules ?? "")).filter((name) => !name.startsWith("."))).toEqual([
      "is-number",
    ]);
    expect((await readdir(build?.modules ?? "")).filter((name) => !name.startsWith("."))).toEqual([
      "is-number",
      "ms",
    ]);
    expect((await readdir(workshop.machine.trees)).toSorted()).toEqual(
      [run?.hash ?? "", build?.hash ?? ""].toSorted(),
    );
    expect(JSON.parse(await readFile(run?.sbom ?? "", "utf8"))).toMatchObject({
      bomFormat: "CycloneDX",
      components: [{ name: "is-number", version: "7.0.0" }],
    });

    const offline = { ...workshop, env: { ...unplugged, npm_config_cache: await tempFolder() } };
    expect(await keeping(files, offline, "run")).toEqual(run);
  });

  it("is one for build and run where nothing is for development only", async () => {
    const workshop = await builderWorkshop();
    const run = await keeping(packageFiles(), workshop, "run");
    expect(await keeping(packageFiles(), workshop, "build")).toEqual(run);
  });

  it("that can't be fetched is the outside world's fault, and leaves nothing", async () => {
    const workshop = await builderWorkshop({ env: { ...unplugged, npm_config_cache: await tempFolder() } });
    const failure = keeping(packageFiles(), workshop, "run");
    await expect(failure).rejects.toMatchObject({ code: "registry-unreachable", fault: "outside" });
    expect(await readdir(workshop.machine.trees)).toEqual([]);
  });

  it("is refused where the lock file is behind package.json", async () => {
    const workshop = await builderWorkshop();
    const files = packageFiles();
    const behind = { ...files, "package.json": '{"dependencies":{"is-number":"6.0.0"}}' };
    await expect(keeping(behind, workshop, "run")).rejects.toMatchObject({
      code: "dependencies-failed",
      message: expect.stringContaining("EUSAGE"),
      next: expect.stringContaining("npm install"),
      details: expect.arrayContaining([expect.stringContaining("is-number@6.0.0")]),
    });
  });

  it("gives .npmrc the values that it names, and keeps none of them", async () => {
    const workshop = await builderWorkshop();
    const npmrc = "//registry.example.invalid/:_authToken=${REGISTRY_TOKEN}\n";
    const tree = await keeping({ ...packageFiles(), ".npmrc": npmrc }, workshop, "run");
    await expect(stat(join(tree?.folder ?? "", ".npmrc"))).rejects.toThrow("ENOENT");
  });
});
