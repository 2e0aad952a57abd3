import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, served, tinyConfig, until, type Sandbox } from "../support/sandbox.ts";
import { schedulerNotes } from "../support/schedulers.ts";

const configWith =
  (processes: string) =>
  (port: number): string =>
    tinyConfig(port).replace("processes: { web:", `processes: { ${processes} web:`);

const scheduler = `scheduler: { command: ["node", "scheduler.js"] },`;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ config: configWith(scheduler) });
  await sandbox.ok(["deploy", "staging"]);
});
afterAll(async () => sandbox.dispose());

async function runningNow(): Promise<readonly string[]> {
  return (await schedulerNotes(sandbox)).running;
}

/** One counts as started when it has stayed up for a moment; on a busy machine it comes to note that it begins after that. */
async function onlyTheseRun(releases: readonly string[]): Promise<void> {
  const isSo = async () => (await runningNow()).join() === releases.join();
  await until(`schedulers of ${releases.join()} run`, isSo);
}

async function deployed(files: Readonly<Record<string, string>>): Promise<string> {
  await sandbox.commit(files);
  await sandbox.ok(["deploy", "staging"]);
  return (await served(sandbox.url)).release;
}

describe("a scheduler", () => {
  it("has ended before the next release's begins, over deploys and rollbacks", async () => {
    const { release: first } = await served(sandbox.url);
    await onlyTheseRun([first]);
    const second = await deployed({ "version.txt": "two\n", "behaviour.json": '{ "schedulerStopMs": 900 }' });
    await onlyTheseRun([second]);
    await sandbox.ok(["rollback", "staging"]);
    await onlyTheseRun([first]);
    expect((await schedulerNotes(sandbox)).most).toBe(1);
  });

  it("runs on in the old release when the new one is refused at its end", async () => {
    const { release } = await served(sandbox.url);
    await sandbox.commit({ "behaviour.json": '{ "schedulerExits": true }' });
    const { code, stderr } = await sandbox.cozy(["deploy", "staging"]);
    expect(code).not.toBe(0);
    expect(stderr).toContain("scheduler.0 ended with exit code 8");
    expect(await served(sandbox.url)).toMatchObject({ release });
    await onlyTheseRun([release]);
    expect((await schedulerNotes(sandbox)).most).toBe(1);
    await sandbox.commit({ "behaviour.json": "{}" });
  });

  it("is one again after a stop and a start", async () => {
    await sandbox.ok(["stop", "staging"]);
    expect(await runningNow()).toEqual([]);
    await sandbox.ok(["start", "staging"]);
    await until("it runs", async () => (await runningNow()).length === 1);
    expect((await schedulerNotes(sandbox)).most).toBe(1);
  });

  it("follows one under another name without ever being two", async () => {
    const config = configWith(scheduler.replace("scheduler:", "clock:").replace(" }", ", singleton: true }"));
    const release = await deployed({ "cozy.config.ts": config(sandbox.port) });
    await onlyTheseRun([release]);
    expect((await schedulerNotes(sandbox)).most).toBe(1);
  });

  it("follows several of a type that was no singleton before", async () => {
    const several = scheduler.replace(" }", ", singleton: false, count: 3 }");
    const before = await deployed({ "cozy.config.ts": configWith(several)(sandbox.port) });
    await onlyTheseRun([before, before, before]);
    const after = await deployed({ "cozy.config.ts": configWith(scheduler)(sandbox.port) });
    await onlyTheseRun([after]);
    await sandbox.ok(["rollback", "staging", before]);
    await onlyTheseRun([before, before, before]);
    expect(new Set((await schedulerNotes(sandbox)).running)).toEqual(new Set([before]));
  });
});

describe("a release that an earlier cozy placed", () => {
  it("can be rolled back to, though its record knows nothing of singletons, stacks and schedules", async () => {
    const old = await deployed({ "cozy.config.ts": configWith(scheduler)(sandbox.port) });
    await makeOlder(join(sandbox.home, "environments", "tiny-staging", "releases", old, "release.json"));
    const next = await deployed({ "version.txt": "later\n" });
    await onlyTheseRun([next]);
    await sandbox.ok(["rollback", "staging", old]);
    expect(await served(sandbox.url)).toMatchObject({ release: old });
    await onlyTheseRun([old]);
    await sandbox.ok(["rollback", "staging", next]);
    await onlyTheseRun([next]);
  });
});

/** Takes out of a record what came with singletons, and all that came with it. */
async function makeOlder(file: string): Promise<void> {
  const record = JSON.parse(await readFile(file, "utf8")) as {
    processes: Record<string, Record<string, unknown>>;
    [field: string]: unknown;
  };
  for (const field of ["stack", "schedules", "console"]) delete record[field];
  for (const process of Object.values(record.processes)) {
    for (const field of ["listen", "ready", "singleton"]) delete process[field];
  }
  await writeFile(file, JSON.stringify(record));
}
