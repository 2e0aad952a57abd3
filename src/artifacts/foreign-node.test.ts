import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { foreignNode } from "./foreign-node.ts";
import { testWorkshop } from "./testing.ts";

const { node: version } = process.versions;

describe("the Node for another platform", () => {
  it("is fetched once", async () => {
    const workshop = await testWorkshop();
    const { agents } = workshop.machine;
    await mkdir(agents);
    await writeFile(join(agents, `node-${version}-linux-arm64-0123abcd`), "kept");
    const arm64 = { os: "linux", arch: "arm64", libc: "glibc" } as const;
    expect(await foreignNode(arm64, workshop)).toBe(join(agents, `node-${version}-linux-arm64-0123abcd`));
  });

  it("is none for musl, which the registry has none for, and leaves nothing where it can't be fetched", async () => {
    const workshop = await testWorkshop({
      env: { ...process.env, npm_config_registry: "http://127.0.0.1:9/", npm_config_fetch_retries: "0" },
    });
    const musl = foreignNode({ os: "linux", arch: "x64", libc: "musl" }, workshop);
    await expect(musl).rejects.toMatchObject({ code: "runtime-not-found" });
    const silent = foreignNode({ os: "linux", arch: "ppc64", libc: "glibc" }, workshop);
    await expect(silent).rejects.toMatchObject({ code: "registry-unreachable" });
    expect(await readdir(workshop.machine.agents)).toEqual([]);
  });
});
