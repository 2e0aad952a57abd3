import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLoad } from "../../src/routing/testing/load.ts";
import { createSandbox, served, tinyConfig, type Sandbox } from "../support/sandbox.ts";
import { betweenRequestsMs } from "../support/soak.ts";

const config = (port: number): string =>
  tinyConfig(port).replace(
    "processes: { web:",
    `processes: { worker: { command: ["node", "worker.js"], stopTimeout: "5s" },
      scheduler: { command: ["node", "worker.js"] }, web:`,
  );

interface StatusJson {
  readonly host: {
    readonly routes: Record<string, number>;
    readonly instances: {
      readonly id: { readonly release: string; readonly type: string; readonly index: number };
      readonly retireAt?: number;
    }[];
  };
}

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ config });
  await mkdir(sandbox.home, { recursive: true });
  await sandbox.ok(["deploy", "staging"]);
});
afterAll(async () => sandbox.dispose());

/** Instances that run for good, by type, and those that the table leads to with their buckets. */
async function running(): Promise<{ types: Record<string, number>; buckets: number[] }> {
  const { host } = await sandbox.json<StatusJson>(["status", "staging"]);
  const types: Record<string, number> = {};
  for (const { id, retireAt } of host.instances) {
    if (retireAt === undefined) types[id.type] = (types[id.type] ?? 0) + 1;
  }
  return { types, buckets: Object.values(host.routes).toSorted((a, b) => a - b) };
}

describe("cozy scale", () => {
  it("goes up and down under load and loses no request", async () => {
    const load = startLoad({ url: `${sandbox.url}/slow?ms=30`, connections: 24 });
    for (const count of [5, 1, 3]) {
      await sandbox.ok(["scale", "staging", `web=${count}`]);
      expect((await running()).types["web"]).toBe(count);
    }
    const { sent, failed, errors } = await load.stop();
    expect(errors).toEqual([]);
    expect(failed).toBe(0);
    expect(sent).toBeGreaterThan(300);
    expect((await running()).buckets).toEqual([33, 33, 34]);
  });

  it("lets a long request on an instance that is too many come to its end", async () => {
    const slow = Array.from({ length: 9 }, () => fetch(`${sandbox.url}/slow?ms=1500`));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await sandbox.ok(["scale", "staging", "web=1"]);
    expect((await Promise.all(slow)).map(({ status }) => status)).toEqual(Array(9).fill(200));
    await sandbox.ok(["scale", "staging", "web=3"]);
  });

  it("shows what is scaled, and so does the status", async () => {
    const table = (await sandbox.ok(["scale", "staging"])).stdout;
    expect(table).toMatch(/web +×3 +scaled; the project file says 2/);
    expect(table).toMatch(/scheduler +×1 +singleton/);
    const status = (await sandbox.ok(["status", "staging"])).stdout;
    expect(status).toContain("web ×3, scaled; the project file says 2");
    expect(status).toMatch(/scheduler\.0 .*singleton/);
    expect(await sandbox.json(["scale", "staging"])).toContainEqual({
      type: "web",
      count: 3,
      configured: 2,
      scaled: true,
      singleton: false,
    });
    expect((await sandbox.ok(["history", "staging", "-n", "1"])).stdout).toContain("scale web=3 of ");
  });

  it("scales workers too, and keeps counts over a deploy, a rollback and a stop", async () => {
    await sandbox.ok(["scale", "worker=2"]); // the only environment need not be named
    await sandbox.commit({ "version.txt": "two\n" });
    const { stdout } = await sandbox.ok(["deploy", "staging"]);
    expect(stdout).toContain(
      "web ×3, scaled; the project file says 2. To go by the file: cozy scale staging web=config",
    );
    expect((await served(sandbox.url)).version).toBe("two");
    expect((await running()).types).toEqual({ web: 3, worker: 2, scheduler: 1 });
    await sandbox.ok(["scale", "staging", "web=4"]);
    await sandbox.ok(["rollback", "staging"]); // to one that is warm with three
    expect((await running()).types).toEqual({ web: 4, worker: 2, scheduler: 1 });
    expect((await running()).buckets).toEqual([25, 25, 25, 25]);
    await sandbox.ok(["stop", "staging"]);
    await sandbox.ok(["scale", "staging", "worker=3"]);
    await sandbox.ok(["start", "staging"]);
    expect((await running()).types).toEqual({ web: 4, worker: 3, scheduler: 1 });
  });

  it("goes by the project file again when told so", async () => {
    await sandbox.ok(["scale", "staging", "web=config", "worker=config"]);
    expect((await running()).types).toEqual({ web: 2, worker: 1, scheduler: 1 });
    const file = join(sandbox.home, "environments", "tiny-staging", "scale.json");
    await expect(readFile(file)).rejects.toThrow("ENOENT");
    expect((await sandbox.ok(["status", "staging"])).stdout).not.toContain("scaled");
  });

  it("refuses what can't be, and changes nothing", async () => {
    for (const [word, code] of [
      ["web=0", "not-scalable"],
      ["scheduler=2", "not-scalable"],
      ["wbe=2", "unknown-process-type"],
      ["web=many", "wrong-usage"],
    ]) {
      const { code: exit, stderr } = await sandbox.cozy(["scale", "staging", String(word)]);
      expect(exit).toBe(2);
      expect(stderr).toContain(code);
    }
    expect((await running()).types).toEqual({ web: 2, worker: 1, scheduler: 1 });
  });

  it("goes back when what is started does not get ready", async () => {
    const { release } = await served(sandbox.url);
    const behaviour = join(
      sandbox.home,
      "environments",
      "tiny-staging",
      "releases",
      release,
      "app",
      "behaviour.json",
    );
    const text = await readFile(behaviour, "utf8");
    const { chmod, rm, writeFile } = await import("node:fs/promises");
    await rm(behaviour); // a link to the artifact's own
    await writeFile(behaviour, '{ "exitAtStart": true }');
    const { code, stderr } = await sandbox.cozy(["scale", "staging", "web=3"]);
    expect(code).not.toBe(0);
    expect(stderr).toContain("release-not-ready");
    expect((await running()).types).toEqual({ web: 2, worker: 1, scheduler: 1 });
    await writeFile(behaviour, text);
    await chmod(behaviour, 0o444);
  });
});

describe("a deployer that is killed while it scales", () => {
  it.each(["resume", "abort"])("is followed by %s, which ends with as many as were meant", async (way) => {
    for (const point of [
      "after:set-scale",
      "before:switch-routes",
      "after:switch-routes",
      "after:start-instances",
    ]) {
      const load = startLoad({ url: `${sandbox.url}/`, connections: 4, pauseMs: betweenRequestsMs });
      const { code } = await sandbox.cozy(["scale", "staging", "web=4"], {
        env: { COZY_FAULT: `${point}@this-machine` },
      });
      expect(code).toBe(128);
      await sandbox.ok([way, "staging"]);
      const meant = way === "resume" ? 4 : 2;
      const { types, buckets } = await running();
      expect(types).toEqual({ web: meant, worker: 1, scheduler: 1 });
      expect(buckets).toHaveLength(meant);
      await sandbox.ok(["scale", "staging", "web=config"]);
      expect((await load.stop()).errors).toEqual([]);
    }
  });
});
