import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLoad } from "../../src/routing/testing/load.ts";
import { createSandbox, served, tinyConfig, type Sandbox } from "../support/sandbox.ts";
import { upgraded } from "../support/upgraded.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
  await sandbox.ok(["deploy", "staging"]);
});
afterAll(async () => sandbox.dispose());

describe("under load with keep-alive connections", () => {
  it("loses no request through deploys and rollbacks", async () => {
    const load = startLoad({ url: `${sandbox.url}/`, connections: 32 });
    for (const version of ["two", "three"]) {
      await sandbox.commit({ "version.txt": `${version}\n` });
      await sandbox.ok(["deploy", "staging"]);
      expect((await served(sandbox.url)).version).toBe(version);
      await sandbox.ok(["rollback", "staging"]);
      expect((await served(sandbox.url)).version).not.toBe(version);
    }
    const result = await load.stop();
    expect(result.errors).toEqual([]);
    expect(result.failed).toBe(0);
    expect(result.sent).toBeGreaterThan(1_000);
  });

  it("loses none when a release is refused and everything goes back", async () => {
    const before = await served(sandbox.url);
    const config = tinyConfig(sandbox.port);
    await sandbox.commit({
      "behaviour.json": '{ "neverReady": true }',
      "cozy.config.ts": config.replace('"60s"', '"1s"'),
    });
    const load = startLoad({ url: `${sandbox.url}/`, connections: 32 });
    const { code, stderr } = await sandbox.cozy(["deploy", "staging"]);
    const result = await load.stop();
    expect(code).not.toBe(0);
    expect(stderr).toContain("release-not-ready");
    expect(result.failed).toBe(0);
    expect((await served(sandbox.url)).release).toBe(before.release);
    await sandbox.commit({ "behaviour.json": "{}", "cozy.config.ts": config });
  });

  it("keeps an open upgraded connection and a long download alive", async () => {
    const socket = await upgraded(sandbox.port);
    const download = fetch(`${sandbox.url}/download?ms=4000`).then((response) => response.text());
    await sandbox.commit({ "version.txt": "five\n" });
    await sandbox.ok(["deploy", "staging"]);
    expect((await served(sandbox.url)).version).toBe("five");
    expect(await socket.echo("still there")).toBe("still there");
    socket.end();
    const text = await download;
    expect(text.endsWith("end\n")).toBe(true);
    expect(text.split("\n").filter((line) => line.includes("xxx"))).toHaveLength(40);
  });
});
