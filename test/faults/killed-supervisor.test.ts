import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLoad } from "../../src/routing/testing/load.ts";
import { createSandbox, processesOf, served, until, type Sandbox } from "../support/sandbox.ts";
import { betweenRequestsMs } from "../support/soak.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
  await sandbox.ok(["deploy", "staging"]);
});
afterAll(async () => sandbox.dispose());

interface StatusJson {
  readonly host: {
    readonly supervised: boolean;
    readonly routes: Record<string, number>;
    readonly instances: readonly { readonly pid: number; readonly restarts: number }[];
  };
}

async function pidOf(agent: string): Promise<number> {
  let lines: string[] = [];
  // What it starts looks like itself for as long as it is not yet the other program.
  await until(`there is one ${agent}`, async () => {
    lines = (await processesOf(sandbox.home)).filter(
      (line) => line.includes(agent) && !line.includes("/bin/sh"),
    );
    return lines.length === 1;
  });
  return Number(lines[0]?.split(" ")[0]);
}

describe("the supervisor, killed under load", () => {
  it("comes back with the same instances and the same table, and no request is lost", async () => {
    const before = await sandbox.json<StatusJson>(["status", "staging"]);
    const load = startLoad({ url: `${sandbox.url}/`, connections: 16, pauseMs: betweenRequestsMs });
    for (let round = 0; round < 3; round += 1) {
      const pid = await pidOf("supervisor.mjs");
      process.kill(pid, "SIGKILL");
      await until(
        "it is as it should be",
        async () =>
          (await pidOf("supervisor.mjs")) !== pid &&
          (await sandbox.json<StatusJson>(["status", "staging"])).host.supervised,
      );
    }
    const { failed, errors } = await load.stop();
    const after = await sandbox.json<StatusJson>(["status", "staging"]);
    expect(errors).toEqual([]);
    expect(failed).toBe(0);
    expect(after.host.routes).toEqual(before.host.routes);
    expect(new Set(after.host.instances.map(({ pid }) => pid))).toEqual(
      new Set(before.host.instances.map(({ pid }) => pid)),
    );
  });

  it("starts a killed instance and a killed proxy again", async () => {
    const { pid } = await served(sandbox.url);
    process.kill(pid, "SIGKILL");
    await until("as it should be", async () =>
      (await sandbox.json<StatusJson>(["status", "staging"])).host.instances.every(
        (instance) => instance.pid !== pid && instance.pid > 0,
      ),
    );
    const proxy = await pidOf("proxy.mjs");
    process.kill(proxy, "SIGKILL");
    await until("as it should be", async () => (await served(sandbox.url)).version === "one");
    expect(await pidOf("proxy.mjs")).not.toBe(proxy);
  });

  it("deploys on as if nothing had been", async () => {
    await sandbox.commit({ "version.txt": "two\n" });
    await sandbox.ok(["deploy", "staging"]);
    expect((await served(sandbox.url)).version).toBe("two");
    const log = await readFile(
      join(sandbox.home, "environments", "tiny-staging", "logs", "supervisor.log"),
      "utf8",
    );
    expect(log).toContain("adopted");
  });

  it("is ended well even when its keeper was killed with it", async () => {
    const keepers = (await processesOf(sandbox.home)).filter(
      (line) => line.includes("cozy-keeper") || line.includes("/bin/sh"),
    );
    expect(keepers.length).toBeGreaterThan(0);
    for (const keeper of keepers) process.kill(Number(keeper.split(" ")[0]), "SIGKILL");
    process.kill(await pidOf("supervisor.mjs"), "SIGKILL");
    expect((await served(sandbox.url)).version).toBe("two");
    await sandbox.ok(["stop", "staging"]);
    await until("as it should be", async () => (await processesOf(sandbox.home)).length === 0);
    await sandbox.ok(["start", "staging"]);
    expect((await served(sandbox.url)).version).toBe("two");
  });
});
