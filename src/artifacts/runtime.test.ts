import { readdir, readFile, rm, stat, symlink, truncate } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { keepRuntime } from "./runtime-store.ts";
import { chooseRuntime } from "./runtime.ts";
import { tempFolder, testWorkshop } from "./testing.ts";

const version = process.versions.node;
const request = (wanted: string) => ({ engine: "node", version: wanted, source: ".node-version" }) as const;

describe("a runtime", () => {
  it("is the Node that runs cozy where that satisfies, and is found again when it is kept", async () => {
    const workshop = await testWorkshop();
    const range = `>=${version.split(".")[0]}.0.0`;
    const choice = await chooseRuntime(request(range), workshop);
    expect(choice).toMatchObject({
      version,
      from: { place: "this-machine", binary: process.execPath },
      name: expect.stringMatching(new RegExp(`^node-${version}-${process.platform}-${process.arch}`)),
    });

    const [runtime, same] = await Promise.all([keepRuntime(choice, workshop), keepRuntime(choice, workshop)]);

    expect(same).toEqual(runtime);
    expect(await readdir(workshop.machine.runtimes)).toEqual([runtime.id]);
    expect(runtime.id.endsWith(runtime.sha256.slice(0, 8))).toBe(true);
    expect((await stat(runtime.node)).size).toBe((await stat(process.execPath)).size);
    expect(JSON.parse(await readFile(join(runtime.folder, "runtime.json"), "utf8"))).toMatchObject({
      format: 1,
      version,
    });

    const kept = await chooseRuntime(request(range), workshop);
    expect(kept).toEqual({ ...choice, from: { place: "kept", id: runtime.id } });
    expect(await keepRuntime(kept, workshop)).toEqual(runtime);
  });

  it("on the PATH is asked for its real place", async () => {
    const workshop = await testWorkshop({ env: { PATH: await folderWithNode() } });
    const other = { ...workshop, env: { ...workshop.env } };
    const choice = await chooseRuntime(request(version), other);
    expect(choice.from).toEqual({ place: "this-machine", binary: process.execPath });
  });

  it("whose version can't be read is refused with the place that it was written in", async () => {
    const workshop = await testWorkshop();
    await expect(chooseRuntime(request("latest"), workshop)).rejects.toMatchObject({
      code: "runtime-version-unreadable",
      message: expect.stringContaining(".node-version: `latest`"),
    });
  });

  it("that nobody has, without a network, is the outside world's fault", async () => {
    const env = {
      ...process.env,
      npm_config_registry: "http://127.0.0.1:9/",
      npm_config_fetch_retries: "0",
      npm_config_cache: await tempFolder(),
    };
    await expect(chooseRuntime(request("1.2.3"), await testWorkshop({ env }))).rejects.toMatchObject({
      code: "registry-unreachable",
      fault: "outside",
    });
  });

  it("that is damaged is not chosen, told and never overwritten", async () => {
    const workshop = await testWorkshop();
    const choice = await chooseRuntime(request(version), workshop);
    const runtime = await keepRuntime(choice, workshop);
    await rm(runtime.node);
    await symlink("/dev/null", runtime.node);
    const again = await chooseRuntime(request(version), workshop);
    expect(again.from.place).toBe("this-machine");
    await expect(keepRuntime(again, workshop)).rejects.toMatchObject({
      code: "runtime-broken",
      message: expect.stringContaining(runtime.folder),
    });
    expect(await readdir(workshop.machine.runtimes)).toEqual([runtime.id]);
    await truncate(join(runtime.folder, "runtime.json"));
    await expect(keepRuntime(again, workshop)).rejects.toMatchObject({ code: "kept-file-damaged" });
  });
});

async function folderWithNode(): Promise<string> {
  const folder = await tempFolder();
  await symlink(process.execPath, join(folder, "node"));
  return folder;
}
