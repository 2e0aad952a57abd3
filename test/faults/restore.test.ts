import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DrillVerdict } from "../../src/recovery/drill-verdict.ts";
import { openQuietly } from "../../src/shared/open-quietly.ts";
import { fillDisk } from "../support/fill-disk.ts";
import { mayBeLeftOut } from "../support/may-be-left-out.ts";
import { cozyBinary, createSandbox, processesOf, until, type Sandbox } from "../support/sandbox.ts";

const run = promisify(execFile);
const canMount = process.platform === "linux" && process.getuid?.() === 0;

const config = (port: number) => `import { defineProject, node, sqlite, thisMachine } from "cozywish";

export default defineProject({
  name: "bookings",
  app: node({
    runtime: ">=22.15",
    processes: { web: { command: ["node", "server.js"], stopTimeout: "5s" } },
    migrate: ["node", "migrate.js"],
    ready: { path: "/ready", timeout: "60s" },
    smoke: [{ path: "/", text: "bookings" }],
  }),
  environments: {
    production: {
      target: thisMachine({ port: ${port} }),
      database: sqlite(),
      promises: { recovery: { rto: "1h", rpo: "1h" } },
    },
  },
});
`;

/** Three bookings in the backup, five in use; the home is a small disk of its own where this machine lets us have one. */
let home: string;
let sandbox: Sandbox;
let backup: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "cozy-disk-"));
  if (canMount) await run("mount", ["-t", "tmpfs", "-o", "size=400m", "tmpfs", home]);
  const fixture = fileURLToPath(new URL("../fixtures/bookings-app", import.meta.url));
  sandbox = await createSandbox({ fixture, config, home, environment: "production" });
  await sandbox.ok(["deploy", "production"]);
  await book(3);
  const made = await sandbox.json<{ readonly backup: { readonly id: string } }>(["backup", "production"]);
  backup = made.backup.id;
  await book(2);
});
afterAll(async () => {
  await sandbox.dispose();
  if (canMount) await run("umount", ["-l", home]);
  await rm(home, { recursive: true, force: true });
});

const environment = () => join(home, "environments", "bookings-production");
const folder = () => join(environment(), "database");

async function book(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await fetch(`${sandbox.url}/bookings`, { method: "POST" });
}

async function booked(): Promise<string> {
  return (await (await fetch(`${sandbox.url}/`)).text()).trim();
}

function bookingsIn(file: string): number {
  const database = openQuietly(file, { readOnly: true });
  try {
    return Number(database.prepare("SELECT count(*) AS n FROM bookings").get()?.["n"]);
  } finally {
    database.close();
  }
}

async function drilled(): Promise<{ readonly code: number; readonly verdict: DrillVerdict }> {
  const { code, stdout } = await sandbox.cozy(["drill", "production", "--json"]);
  return { code, verdict: JSON.parse(stdout) as DrillVerdict };
}

describe("a restore whose deployer is killed", () => {
  it.each([
    ["in", "put-in-place", "abort", "bookings: 5"],
    ["after", "start-instances-web", "abort", "bookings: 5"],
    ["in", "put-in-place", "resume", "bookings: 3"],
  ] as const)("%s %s: after %s one known state, and no booking lost", async (point, kind, way, expected) => {
    const fault = { env: { COZY_FAULT: `${point}:${kind}@this-machine` } };
    const killed = await sandbox.cozy(["restore", "production", backup, "--yes"], fault);
    expect(killed.code).toBe(128);
    expect((await fetch(`${sandbox.url}/`)).status).toBe(503);
    const refused = await sandbox.cozy(["restore", "production", backup, "--yes"]);
    expect(refused.stderr).toContain("unfinished-plan");
    await sandbox.ok([way, "production"]);
    expect(await booked()).toBe(expected);
    const names = (await readdir(folder())).filter((name) => !/-(?:wal|shm)$/.test(name));
    expect(names.filter((name) => name.includes("restored"))).toEqual([]);
    expect(names.map((name) => bookingsIn(join(folder(), name)))).toContain(5);
    expect(await processesOf(join(environment(), "scratch"))).toEqual([]);
  });
});

describe.skipIf(mayBeLeftOut(!canMount))(
  "a restore on a full disk (a small tmpfs; needs root on Linux)",
  () => {
    it("is refused in clear words, and nothing of production changes", async () => {
      const before = await booked();
      const filler = join(home, "filler");
      await fillDisk(filler, home, 8 * 1024);
      const { code, stderr } = await sandbox.cozy(["restore", "production", backup, "--yes"]);
      await rm(filler);
      expect([code === 0, code === 70]).toEqual([false, false]);
      expect(stderr).toMatch(/no space|disk is full|full/i);
      expect(await booked()).toBe(before);
      expect([0, 2]).toContain((await sandbox.cozy(["abort", "production"])).code);
      expect(await booked()).toBe(before);
      expect((await readdir(folder())).filter((name) => name.includes("restored"))).toEqual([]);
    });
  },
);

describe("a drill", () => {
  it("that is killed leaves nothing that the next one does not clear away", async () => {
    const scratch = join(environment(), "scratch", "drill");
    const child = spawn(process.execPath, [cozyBinary, "drill", "production"], {
      cwd: sandbox.project,
      env: sandbox.env,
      stdio: "ignore",
    });
    // Its instance lives until it has been asked everything; the migrations before it end by themselves.
    const lives = async () => (await processesOf(scratch)).some((line) => line.includes("server.js"));
    await until("it is at work", lives);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await lives()).toBe(true);
    expect((await drilled()).code).toBe(0);
    expect(await processesOf(scratch)).toEqual([]);
    expect(await readdir(join(environment(), "scratch"))).not.toContain("drill");
  });

  it("fails by a backup with a flipped byte, restores the one before, and leaves production alone", async () => {
    const newest = await sandbox.json<{ readonly backup: { readonly id: string } }>(["backup", "production"]);
    const file = join(environment(), "backups", newest.backup.id, "database.sqlite");
    const content = await readFile(file);
    content[5_000] = (content[5_000] ?? 0) ^ 0x10;
    await writeFile(file, content);
    const before = await readFile(join(folder(), "database.sqlite"));
    const { code, verdict } = await drilled();
    expect([code, verdict.outcome, verdict.damaged.map(({ id }) => id)]).toEqual([
      1,
      "fail",
      [newest.backup.id],
    ]);
    expect(verdict.backup).not.toBe(newest.backup.id);
    expect(verdict.rtoMs).toBeGreaterThan(0);
    const { stdout } = await sandbox.cozy(["drill", "production", "--backup", newest.backup.id]);
    expect(stdout).toMatch(
      /NOT PROVEN: backup \S+ could not be restored \(.*SHA-256 differs\)\. Production was not touched\./,
    );
    expect(await readFile(join(folder(), "database.sqlite"))).toEqual(before);
    await rm(join(environment(), "backups", newest.backup.id), { recursive: true });
  });

  it("fails by a backup that is older than what is promised", async () => {
    const store = join(environment(), "backups");
    const aside = join(home, "aside");
    await cp(store, aside, { recursive: true });
    const old = "20200101T000000Z-daily";
    for (const id of await readdir(store)) if (id !== backup) await rm(join(store, id), { recursive: true });
    await cp(join(store, backup), join(store, old), { recursive: true });
    await rm(join(store, backup), { recursive: true });
    const manifest = join(store, old, "manifest.json");
    const record = JSON.parse(await readFile(manifest, "utf8")) as object;
    await writeFile(manifest, JSON.stringify({ ...record, id: old, at: Date.UTC(2020, 0, 1) }));
    const { code, verdict } = await drilled();
    const age = verdict.findings.find(({ name }) => name === "age of the data");
    expect([code, age?.outcome, age?.text]).toEqual([
      1,
      "fail",
      expect.stringContaining("beyond the promised 1 h"),
    ]);
    await rm(store, { recursive: true });
    await cp(aside, store, { recursive: true });
  });
});
