import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { labUp, type Lab } from "../../src/lab/lab.ts";
import type { DrillVerdict } from "../../src/recovery/drill-verdict.ts";
import type { Ledger } from "../../src/promises/ledger.ts";
import type { RehearsalVerdict } from "../../src/rehearsal/verdict.ts";
import { startLoad } from "../../src/routing/testing/load.ts";
import type { RunEvidence } from "../../src/schedules/evidence.ts";
import { fingerprintsOf, serversOf } from "../support/fleet.ts";
import { createSandbox, type Sandbox } from "../support/sandbox.ts";
import { sharedHome } from "../support/shared-home.ts";
import { times } from "../support/soak.ts";

const config = (
  lab: Lab,
) => `import { defineProject, fromEnvironment, node, servers, sqlite } from "cozywish";

export default defineProject({
  name: "bookings",
  app: node({
    runtime: ">=22.15",
    processes: {
      web: { command: ["node", "server.js"], stopTimeout: "5s" },
      worker: { command: ["node", "worker.js"], ready: { output: "waits" } },
    },
    migrate: ["node", "migrate.js"],
    ready: { path: "/ready", timeout: "20s" },
    smoke: [{ path: "/", text: "bookings" }, { path: "/bookings", json: {}, status: 201 }],
    variables: { API_KEY: "of-production" },
    schedules: {
      tick: { run: ["node", "-e", "console.log('tick', process.getuid() > 0)"], cron: "* * * * *" },
      long: { run: ["node", "-e", "setInterval(() => {}, 1000)"], every: "1d" },
    },
  }),
  environments: {
    staging: {
      target: ${serversOf(lab)},
      database: sqlite(),
      backups: { every: "1h", keep: "7d" },
      rehearsal: { variables: { API_KEY: fromEnvironment("KEY_OF_REHEARSALS") } },
      promises: { recovery: { rto: "1h", rpo: "2h", notPromised: ["persist"] } },
      keep: { releases: 2, warm: "2s" },
      drain: { requests: "1s", streams: "1s" },
    },
  },
});
`;

const first = "CREATE TABLE bookings (id INTEGER PRIMARY KEY, guest TEXT NOT NULL, city TEXT NOT NULL)";
const note = { up: "ALTER TABLE bookings ADD COLUMN note TEXT", down: "SELECT 1" };
const rename = { up: "ALTER TABLE bookings RENAME COLUMN city TO town", down: "SELECT 1" };
const migrations = (...more: readonly object[]) =>
  JSON.stringify([{ up: first, down: "DROP TABLE bookings" }, ...more]);
const behaviour = (...columns: readonly string[]) => JSON.stringify({ columns });

const root = "/var/lib/cozy/environments/bookings-staging";
let lab: Lab;
let sandbox: Sandbox;
let url: string;
beforeAll(async () => {
  lab = await labUp({ name: `t${randomBytes(4).toString("hex")}`, hosts: 1 });
  sandbox = await createSandbox({
    fixture: fileURLToPath(new URL("../fixtures/bookings-app", import.meta.url)),
    config: () => config(lab),
    home: sharedHome(),
    env: { KEY_OF_REHEARSALS: "of-rehearsals" },
  });
  url = `http://${lab.hosts[0]?.address}`;
  await sandbox.ok(["trust", "staging", "--fingerprint", fingerprintsOf(lab)]);
  await sandbox.ok(["setup", "staging"]);
  await sandbox.ok(["deploy", "staging"]);
  await on(ownBootId);
});
afterAll(async () => {
  await sandbox?.dispose();
  await lab?.down();
});

/**
 * A container is given a boot id of its own by a mount that systemd leaves out of its sandboxes, so that who runs in one and who looks at it
 * from outside would know two; a server has one.
 */
const ownBootId = "while umount /proc/sys/kernel/random/boot_id 2>/dev/null; do :; done";

/** A script of root's on the server; a failure is the test's. */
async function on(script: string): Promise<string> {
  const [host] = lab.hosts;
  const { exitCode, stdout, stderr } = await lab.exec(host?.name ?? "", ["/bin/sh", "-c", script]);
  if (exitCode === 0) return stdout.trim();
  throw new Error(`${script} ended with ${exitCode}\n${stdout}\n${stderr}`);
}

async function book(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    expect((await fetch(`${url}/bookings`, { method: "POST" })).status).toBe(201);
  }
}

async function booked(): Promise<number> {
  return Number((await (await fetch(`${url}/`)).text()).replace(/\D/g, ""));
}

async function runsOf(name: string): Promise<readonly RunEvidence[]> {
  const { runs } = await sandbox.json<{ readonly runs: RunEvidence[] }>([
    "schedules",
    "staging",
    "--runs",
    name,
  ]);
  return runs;
}

async function ran(name: string, by: RunEvidence["by"]): Promise<boolean> {
  return (await runsOf(name)).some((run) => run.by === by && run.outcome === "succeeded");
}

/** Asks for the page again and again; gives the statuses that came. */
function visitEvery(ms: number) {
  const seen = new Set<number>();
  const over = new AbortController();
  const visits = (async () => {
    while (!over.signal.aborted) {
      seen.add((await fetch(url)).status);
      await setTimeout(ms);
    }
  })();
  return {
    async stop(): Promise<number[]> {
      over.abort();
      await visits;
      return [...seen];
    },
  };
}

/** What of the scratch environments is left on the server: processes, variables, data. */
async function left(): Promise<string> {
  return on(
    `ls ${root}/scratch | grep -v lock || true; ls ${root}/instances | grep sealed || true; systemctl list-units --all --plain --no-legend 'bookings-staging.sealed@*'`,
  );
}

describe("data on a server", () => {
  let backup = "";

  it("is backed up and tried before a release changes it, without a network and as the application's user", async () => {
    await book(3);
    await sandbox.commit({
      "migrations.json": migrations(note),
      "behaviour.json": behaviour("city", "note"),
    });
    const load = startLoad({ url: `${url}/`, connections: 4, pauseMs: times(20, 5) });
    const { stdout } = await sandbox.ok(["deploy", "staging"]);
    const { failed, sent } = await load.stop();
    expect(stdout).toMatch(/pass +old release/);
    expect(stdout).toMatch(/pass +new release/);
    expect(stdout).toMatch(/pass +sealed off/);
    expect(failed).toBe(0);
    expect(sent).toBeGreaterThan(100);
    expect(await left()).toBe("");
  });

  it("is kept from a migration that the release in force can't run on", async () => {
    await sandbox.commit({
      "migrations.json": migrations(note, rename),
      "behaviour.json": behaviour("town", "note"),
    });
    const { code, stderr } = await sandbox.cozy(["deploy", "staging"]);
    expect(code).toBe(2);
    expect(stderr).toContain("rehearsal-failed");
    expect(stderr).toContain("old release: POST /bookings: status 500 instead of 201");
    expect(stderr).toContain("table bookings has no column named city");
    await book(1);
    const rehearsed = await sandbox.cozy(["rehearse", "staging", "--json"]);
    const verdict = JSON.parse(rehearsed.stdout) as RehearsalVerdict;
    expect([rehearsed.code, verdict.outcome, rehearsed.stderr]).toEqual([1, "fail", ""]);
    expect(await left()).toBe("");
  });

  it("can be brought back, as a drill shows", async () => {
    const made = await sandbox.json<{ readonly backup: { readonly id: string } }>(["backup", "staging"]);
    backup = made.backup.id;
    const { code, stdout } = await sandbox.cozy(["drill", "staging", "--json"]);
    const verdict = JSON.parse(stdout) as DrillVerdict;
    expect([code, verdict.backup]).toEqual([0, backup]);
    const outcomes = verdict.findings.map(({ name, outcome }) => [name, outcome]);
    expect(Object.fromEntries(outcomes)).toMatchObject({
      restored: "pass",
      release: "pass",
      "sealed off": "pass",
      "recovery time": "pass",
    });
    expect(await left()).toBe("");
  });

  it("is brought back, and whoever writes to it is ended first", async () => {
    const had = await booked();
    await book(2);
    const long = sandbox.cozy(["schedules", "staging", "--run", "long"]);
    await until(async () => (await on("pgrep -fc 'setInterval[(]' || true")) !== "0");
    const refused = await sandbox.cozy(["restore", "staging", backup]);
    expect(refused.stderr).toMatch(/bookings: 2 fewer/);
    expect(await booked()).toBe(had + 2);
    const visitor = visitEvery(50);
    await sandbox.ok(["restore", "staging", backup, "--yes"]);
    expect(await visitor.stop()).toEqual([200, 503]);
    // The check of the release that was started on it books one.
    expect(await booked()).toBe(had + 1);
    await book(1);
    expect((await long).code).toBe(130);
    expect((await runsOf("long")).map(({ outcome }) => outcome)).toEqual(["stopped"]);
    expect(await left()).toBe("");
  });

  it("is seen to by schedules, by hand and by time, and by itself after a boot", async () => {
    const { code, stdout } = await sandbox.cozy(["schedules", "staging", "--run", "tick"]);
    expect([code, stdout]).toEqual([0, "tick true\n"]);
    await until(async () => ran("tick", "clock"));
    // As if it had been off for half a day: a backup that is missed by that is made up for.
    const off = Date.now() - 12 * 3_600_000;
    await on(
      `systemctl stop 'bookings-staging-schedules@*' && sed -i 's/"until":[0-9]*/"until":${off}/' ${root}/schedules/backup/clock.json`,
    );
    const before = (await runsOf("backup")).length;
    await lab.reboot(lab.hosts[0]?.name ?? "");
    await on(ownBootId);
    // In the first minute of an hour the start of that hour is due by the clock, and makes up for those that were missed.
    const madeUp = async () =>
      (await runsOf("backup")).length > before &&
      ((await ran("backup", "catch-up")) || (await ran("backup", "clock")));
    await until(madeUp);
    const states = async () => {
      const { rows } = JSON.parse((await sandbox.cozy(["promises", "staging", "--json"])).stdout) as Ledger;
      return Object.fromEntries(rows.map(({ promise, state }) => [promise, state]));
    };
    // After a boot that took longer than two minutes its schedule has missed so many starts, and keeps its promise with the next.
    await expect.poll(states, { timeout: 120_000, interval: 1_000 }).toMatchObject({
      "recovery.rto": "kept",
      "recovery.rpo": "kept",
      "backups-restorable": "kept",
      "schedule.tick": "kept",
      "schedule.backup": "kept",
    });
  });
});

async function until(done: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await done()) return;
    await setTimeout(500);
  }
  throw new Error("it did not come");
}
