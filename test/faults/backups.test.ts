import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BackupReport } from "../../src/commands/backup-text.ts";
import type { BackupsList } from "../../src/recovery/look-at-backups.ts";
import { openQuietly } from "../../src/shared/open-quietly.ts";
import { fillDisk } from "../support/fill-disk.ts";
import { mayBeLeftOut } from "../support/may-be-left-out.ts";
import { cozyBinary, createSandbox, served, tinyConfig, type Sandbox } from "../support/sandbox.ts";

const run = promisify(execFile);
const canMount = process.platform === "linux" && process.getuid?.() === 0;
/** Large enough that a backup can be met in the middle. */
const databaseBytes = 24 * 1024 * 1024;

let sandbox: Sandbox;
let disk: string;
let store: string;
let database: string;
beforeAll(async () => {
  disk = await mkdtemp(join(tmpdir(), "cozy-store-"));
  if (canMount) await run("mount", ["-t", "tmpfs", "-o", "size=100m", "tmpfs", disk]);
  store = join(disk, "tiny-staging");
  sandbox = await createSandbox({
    config: (port) =>
      tinyConfig(port, `backups: { to: directory(${JSON.stringify(disk)}) },`).replace(
        "disk,",
        "directory, disk,",
      ),
  });
  await sandbox.ok(["backup", "staging", "--create-store"]);
  await sandbox.ok(["deploy", "staging"]);
  database = join(sandbox.home, "environments", "tiny-staging", "database", "database.sqlite");
  grow();
});
afterAll(async () => {
  await sandbox.dispose();
  if (canMount) await run("umount", ["-l", disk]);
  await rm(disk, { recursive: true, force: true });
});

function grow(): void {
  const open = openQuietly(database);
  open.exec(`CREATE TABLE ballast (bytes BLOB); INSERT INTO ballast VALUES (zeroblob(${databaseBytes}))`);
  open.close();
}

function migrations(): unknown {
  const open = openQuietly(database, { readOnly: true });
  try {
    return open
      .prepare("SELECT version FROM migrations ORDER BY version")
      .all()
      .map(({ version }) => version);
  } finally {
    open.close();
  }
}

async function listed(): Promise<readonly string[]> {
  const { stdout } = await sandbox.cozy(["backups", "staging", "--json"]);
  return (JSON.parse(stdout) as BackupsList).backups.map(({ id }) => id);
}

/** Begins a backup and kills it; whether that met it before it was done. */
async function isKilledMidway(): Promise<boolean> {
  const child = spawn(process.execPath, [cozyBinary, "backup", "staging"], {
    cwd: sandbox.project,
    env: sandbox.env,
    stdio: "ignore",
  });
  const ended = once(child, "exit");
  const partials = async () => (await readdir(store)).filter((name) => name.endsWith(".partial"));
  while (child.exitCode === null && (await partials()).length === 0) await setTimeout(1);
  child.kill("SIGKILL");
  await ended;
  return (await partials()).length === 1;
}

async function backUp(): Promise<string> {
  const { backup } = await sandbox.json<BackupReport>(["backup", "staging"]);
  return backup?.id ?? "";
}

describe("a backup", () => {
  it("that was killed midway is none, and the next one is whole", async () => {
    // Where the machine is busy it may be done before it is seen that it has begun.
    for (let tries = 1; !(await isKilledMidway()); tries += 1) {
      expect(tries).toBeLessThan(50);
      for (const id of await readdir(store)) await rm(join(store, id), { recursive: true });
    }
    expect(await listed()).toEqual([]);
    const id = await backUp();
    expect(await readdir(store)).toEqual([id]);
    expect((await sandbox.cozy(["backups", "staging", "--verify"])).code).toBe(0);
  });

  it("with one flipped bit is told by name, and nothing else looks amiss", async () => {
    const [whole = ""] = await listed();
    const damaged = await backUp();
    const file = await open(join(store, damaged, "database.sqlite"), "r+");
    const at = databaseBytes / 2;
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
    await file.write(Buffer.from([(buffer[0] ?? 0) ^ 1]), 0, 1, at);
    await file.close();
    const { code, stdout } = await sandbox.cozy(["backups", "staging", "--verify"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(new RegExp(`^${damaged} .+ damaged: .*database\\.sqlite`, "m"));
    expect(stdout).toMatch(new RegExp(`^${whole} .+ sound$`, "m"));
    await rm(join(store, damaged), { recursive: true });
  });

  it.skipIf(mayBeLeftOut(!canMount))(
    "that does not fit on its disk is refused in clear words, and a deploy before it touches anything",
    async () => {
      const before = { kept: await listed(), served: await served(sandbox.url), migrations: migrations() };
      await sandbox.commit({ "version.txt": "two\n" });
      await fillDisk(join(disk, "filler"), disk, 4 * 1024 * 1024);
      const byHand = await sandbox.cozy(["backup", "staging"]);
      const deploy = await sandbox.cozy(["deploy", "staging"]);
      for (const { code, stderr } of [byHand, deploy]) {
        expect(code).not.toBe(0);
        expect(code).not.toBe(70);
        expect(stderr).toContain("disk-full");
        expect(stderr).toContain(store);
      }
      const after = { kept: await listed(), served: await served(sandbox.url), migrations: migrations() };
      expect({ ...after, served: after.served.release }).toEqual({
        ...before,
        served: before.served.release,
      });
      expect((await readdir(store)).filter((name) => name.endsWith(".partial"))).toEqual([]);

      await rm(join(disk, "filler"));
      await sandbox.ok(["deploy", "staging"]);
      expect((await served(sandbox.url)).version).toBe("two");
      expect(await listed()).toHaveLength(before.kept.length + 1);
    },
  );
});
