import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, served, tinyConfig, until, type Sandbox } from "../support/sandbox.ts";

const config = (port: number): string =>
  tinyConfig(port).replace(
    "processes: { web:",
    'processes: { worker: { command: ["node", "worker.js"] }, web:',
  );

let sandbox: Sandbox;
beforeAll(async () => void (sandbox = await createSandbox({ config })));
afterAll(async () => sandbox.dispose());

const ticks = async (): Promise<string[]> =>
  (await readFile(join(sandbox.home, "environments", "tiny-staging", "persist", "data", "ticks.txt"), "utf8"))
    .trim()
    .split("\n");

describe("a worker beside the web instances", () => {
  it("runs the serving release, and the old one ends its job", async () => {
    await sandbox.ok(["deploy", "staging"]);
    const first = (await served(sandbox.url)).release;
    await sandbox.commit({ "version.txt": "two\n" });
    await sandbox.ok(["deploy", "staging"]);
    const second = (await served(sandbox.url)).release;
    await until("the new one is at work", async () => (await ticks()).includes(second));
    const lines = await ticks();
    expect(lines).toContain(first);
    expect(lines.filter((line) => line === "end")).toHaveLength(1);
    const after = lines.slice(lines.lastIndexOf("end") + 1);
    expect(after).not.toContain(first);
  });

  it("keeps the old release when the new worker ends at once", async () => {
    const before = (await served(sandbox.url)).release;
    await sandbox.commit({ "behaviour.json": '{ "workerExits": true }' });
    const { code, stderr } = await sandbox.cozy(["deploy", "staging"]);
    expect(code).not.toBe(0);
    expect(stderr).toContain("worker.0 ended with exit code 8");
    expect((await served(sandbox.url)).release).toBe(before);
    const count = (await ticks()).length;
    await until("the old one works on", async () => (await ticks()).length > count);
  });
});
