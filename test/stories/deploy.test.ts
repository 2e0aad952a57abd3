import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, processesOf, served, until, type Sandbox } from "../support/sandbox.ts";

interface PlanJson {
  readonly phases: readonly {
    readonly operations: readonly { readonly kind: string; readonly id: string }[];
  }[];
}

let sandbox: Sandbox;
beforeAll(async () => void (sandbox = await createSandbox()));
afterAll(async () => sandbox.dispose());

describe("a first deploy and a second one", () => {
  it("checks the project file without touching anything", async () => {
    const { stdout } = await sandbox.ok(["check"]);
    expect(stdout).toContain("cozy.config.ts");
    expect(await processesOf(sandbox.home)).toEqual([]);
  });

  it("puts the first release into force", async () => {
    const { stdout } = await sandbox.ok(["deploy", "staging"]);
    expect(stdout).toContain("prove what is served");
    expect(await served(sandbox.url)).toMatchObject({ version: "one", colour: "blue" });
  });

  it("serves the static files of the release with the strategy's cache headers", async () => {
    const folder = join(sandbox.home, "environments", "tiny-staging", "static");
    const [file] = await readdir(folder);
    const response = await fetch(`${sandbox.url}/static/${file}`);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("public, max-age=2592000");
    expect(await response.text()).toBe("/* one */\n");
  });

  it("leaves a redirect as the application gave it", async () => {
    const response = await fetch(`${sandbox.url}/away`, { redirect: "manual" });
    expect(response.status).toBe(302);
    expect(response.headers.get("location")).toBe("http://elsewhere.example/path?a=1");
  });

  it("has migrated the database once, and the release knows where it is", async () => {
    const script =
      "const {DatabaseSync}=require('node:sqlite');const d=new DatabaseSync(new URL(process.env.DATABASE_URL).pathname);console.log(JSON.stringify(d.prepare('SELECT version FROM migrations').all()))";
    const { stdout } = await sandbox.ok(["run", "staging", "--", "node", "-e", script]);
    expect(JSON.parse(stdout)).toEqual([{ version: "one" }]);
  });

  it("plans just the operations that the next deploy carries out", async () => {
    await sandbox.commit({ "version.txt": "two\n" }, "second");
    const plan = await sandbox.json<PlanJson>(["plan", "staging"]);
    const planned = plan.phases.flatMap(({ operations }) => operations.map(({ kind }) => kind));
    const { stdout } = await sandbox.ok(["deploy", "staging", "--json"]);
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; operation?: string });
    const done = events
      .filter(({ type }) => type === "operation-done")
      .map(({ operation }) => operation ?? "");
    expect(done).toHaveLength(planned.length);
    for (const [index, kind] of planned.entries()) expect(done[index]).toMatch(new RegExp(`^${kind}`));
    expect((await served(sandbox.url)).version).toBe("two");
  });

  it("tells what is served, and keeps the first release warm", async () => {
    const status = await sandbox.json<{
      host: { current: string; instances: { id: { release: string }; retireAt?: number }[] };
    }>(["status", "staging"]);
    expect(status.host.current).toBe((await served(sandbox.url)).release);
    const warm = status.host.instances.filter(({ id }) => id.release !== status.host.current);
    expect(warm).toHaveLength(2);
    for (const instance of warm) expect(instance.retireAt).toBeGreaterThan(Date.now());
  });

  it("writes down who changed it, over which commits and with what outcome", async () => {
    const { stdout } = await sandbox.ok(["history", "staging"]);
    expect(stdout).toContain("second");
    expect(stdout).toContain("deploy");
    expect(stdout.match(/committed/g)?.length).toBe(2);
  });

  it("does not rebuild what is built", async () => {
    const { stdout } = await sandbox.ok(["deploy", "staging"]);
    expect(stdout).toContain("built before");
  });

  it("stops everything, and starts it again with the same release", async () => {
    const before = await served(sandbox.url);
    await sandbox.ok(["stop", "staging"]);
    await expect(fetch(sandbox.url)).rejects.toThrow("fetch failed");
    await until("nothing runs", async () => (await processesOf(sandbox.home)).length === 0);
    await sandbox.ok(["start", "staging"]);
    expect((await served(sandbox.url)).release).toBe(before.release);
  });
});

describe("commands that only look", () => {
  it("leave no trace of an environment that was never deployed", async () => {
    const fresh = await createSandbox();
    try {
      await fresh.ok(["check"]);
      await fresh.ok(["plan", "staging"]);
      await fresh.ok(["status", "staging"]);
      await fresh.ok(["history", "staging"]);
      await expect(readdir(fresh.home)).rejects.toThrow("ENOENT");
    } finally {
      await fresh.dispose();
    }
  });
});
