import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSupervisor } from "../../src/instances/start-supervisor.ts";
import type { SupervisorSettings } from "../../src/instances/supervisor-settings.ts";
import { jsonRequest } from "../../src/instances/json-request.ts";
import { startLoad } from "../../src/routing/testing/load.ts";
import { createSandbox, processesOf, served, until, type Sandbox } from "../support/sandbox.ts";
import { betweenRequestsMs } from "../support/soak.ts";

interface StatusJson {
  readonly host: {
    readonly supervised: boolean;
    readonly routes: Record<string, number>;
    readonly instances: readonly { readonly id: { readonly release: string }; readonly pid: number }[];
  };
}

let sandbox: Sandbox;
let folder: string;
beforeAll(async () => {
  sandbox = await createSandbox();
  folder = join(sandbox.home, "environments", "tiny-staging", "supervisor");
  await sandbox.ok(["deploy", "staging"]);
});
afterAll(async () => sandbox.dispose());

/** Has the running supervisor leave, and one of another age take its place with the same instances. */
async function replaceBySupervisorThatSpeaks(formats: readonly number[], version: string): Promise<void> {
  const { format: _, ...settings } = JSON.parse(
    await readFile(join(folder, "settings.json"), "utf8"),
  ) as SupervisorSettings;
  const line = (await processesOf(sandbox.home)).find(
    (one) => one.includes("supervisor.mjs") && !one.includes("/bin/sh"),
  );
  const [pid = "", nodeBinary = "", ...args] = (line ?? "").split(" ");
  const agentFile = args.find((word) => word.endsWith("supervisor.mjs")) ?? "";
  const signal = AbortSignal.timeout(60_000);
  await jsonRequest(settings.controlSocket, "POST", "/leave", { format: 1, pid: Number(pid) }, signal);
  await startSupervisor(
    { ...settings, formats, version, agentFile, nodeBinary },
    performance.now() + 60_000,
    signal,
  );
}

describe("a supervisor of the format before this one", () => {
  it("is replaced by a deploy under load, and its instances are taken up", async () => {
    const before = await sandbox.json<StatusJson>(["status", "staging"]);
    await replaceBySupervisorThatSpeaks([0], "0.0.9");
    const load = startLoad({ url: `${sandbox.url}/`, connections: 16, pauseMs: betweenRequestsMs });
    await sandbox.commit({ "version.txt": "two\n" });
    await sandbox.ok(["deploy", "staging"]);
    const { failed, errors, sent } = await load.stop();
    expect(errors).toEqual([]);
    expect(failed).toBe(0);
    expect(sent).toBeGreaterThan(200);
    expect((await served(sandbox.url)).version).toBe("two");
    const after = await sandbox.json<StatusJson>(["status", "staging"]);
    const kept = after.host.instances.map(({ pid }) => pid);
    for (const { pid } of before.host.instances) expect(kept).toContain(pid);
  });

  it("of a newer one is left alone, with a word on what to install", async () => {
    const before = await served(sandbox.url);
    await replaceBySupervisorThatSpeaks([2], "9.0.0");
    await sandbox.commit({ "version.txt": "three\n" });
    const { code, stderr } = await sandbox.cozy(["deploy", "staging"]);
    expect(code).toBe(2);
    expect(stderr).toContain("supervisor-too-new");
    expect(stderr).toContain("cozywish@9.0.0");
    expect((await served(sandbox.url)).release).toBe(before.release);
    // So that it can be ended at the end.
    const settings = join(folder, "settings.json");
    const text = await readFile(settings, "utf8");
    await writeFile(settings, text.replace('"formats":[2]', '"formats":[1]'));
    for (const line of await processesOf(sandbox.home)) {
      if (line.includes("supervisor.mjs") && !line.includes("/bin/sh"))
        process.kill(Number(line.split(" ")[0]), "SIGKILL");
    }
    await rm(join(folder, "error.json"), { force: true });
    await until(
      "it is supervised again",
      async () => (await sandbox.json<StatusJson>(["status", "staging"])).host.supervised,
    );
    await sandbox.ok(["stop", "staging"]);
  });
});
