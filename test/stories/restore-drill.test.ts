import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DrillVerdict } from "../../src/recovery/drill-verdict.ts";
import { startLoad } from "../../src/routing/testing/load.ts";
import { createSandbox, processesOf, type Sandbox } from "../support/sandbox.ts";
import { times } from "../support/soak.ts";

const config = (port: number) => `import { defineProject, node, sqlite, thisMachine } from "cozywish";

export default defineProject({
  name: "bookings",
  app: node({
    runtime: ">=22.15",
    processes: { web: { command: ["node", "server.js"], count: 2, stopTimeout: "5s" } },
    migrate: ["node", "migrate.js"],
    ready: { path: "/ready", timeout: "60s" },
    smoke: [{ path: "/", text: "bookings" }, { path: "/bookings", json: {}, status: 201 }],
  }),
  environments: {
    production: {
      target: thisMachine({ port: ${port} }),
      database: sqlite(),
      promises: { recovery: { rto: "1h", rpo: "1h", notPromised: ["persist"] } },
    },
  },
});
`;

let sandbox: Sandbox;
let first: string;
beforeAll(async () => {
  const fixture = fileURLToPath(new URL("../fixtures/bookings-app", import.meta.url));
  sandbox = await createSandbox({ fixture, config, environment: "production" });
  await sandbox.ok(["deploy", "production"]);
  await book(3);
  first = await backUp();
});
afterAll(async () => sandbox.dispose());

const environment = () => join(sandbox.home, "environments", "bookings-production");
const database = () => join(environment(), "database", "database.sqlite");

async function book(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    expect((await fetch(`${sandbox.url}/bookings`, { method: "POST" })).status).toBe(201);
  }
}

async function booked(): Promise<number> {
  return Number((await (await fetch(`${sandbox.url}/`)).text()).replace(/\D/g, ""));
}

async function backUp(): Promise<string> {
  const { backup } = await sandbox.json<{ readonly backup: { readonly id: string } }>([
    "backup",
    "production",
  ]);
  return backup.id;
}

async function pids(): Promise<string[]> {
  const all = await processesOf(environment());
  return all.flatMap((line) => (line.includes("server.js") ? [line.split(" ")[0] ?? ""] : [])).toSorted();
}

function outcomes({ findings }: DrillVerdict): Record<string, string> {
  const own = findings.filter(({ name }) => name !== "sealed off"); // whether it can be is the machine's own
  return Object.fromEntries(own.map(({ name, outcome }) => [name, outcome]));
}

describe("a drill", () => {
  it("brings the data back aside, and production feels nothing of it", async () => {
    const [before, instances] = [await readFile(database()), await pids()];
    const load = startLoad({ url: `${sandbox.url}/`, connections: 4, pauseMs: times(20, 0) });
    const { code, stdout, stderr } = await sandbox.cozy(["drill", "production"]);
    const { sent, failed } = await load.stop();
    expect([code, stderr.includes("starting"), failed]).toEqual([0, true, 0]);
    expect(sent).toBeGreaterThan(100);
    expect(stdout).toMatch(/drill of production with backup \S+: pass, in/);
    expect(stdout).toMatch(
      /PROVEN: the data is back within .+, from backup \S+\. Production was not touched\./,
    );
    expect(await readFile(database())).toEqual(before);
    expect(await pids()).toEqual(instances);
    expect(await readdir(join(environment(), "scratch"))).toEqual(["drill.lock"]);

    const [name = ""] = await readdir(join(environment(), "evidence", "drills"));
    const kept = await readFile(join(environment(), "evidence", "drills", name), "utf8");
    const verdict = JSON.parse(kept) as DrillVerdict;
    expect(outcomes(verdict)).toEqual({
      restored: "pass",
      integrity: "pass",
      rows: "pass",
      release: "pass",
      "recovery time": "pass",
      "age of the data": "pass",
    });
    expect(verdict.stages.map((stage) => stage.name)).toEqual(
      expect.arrayContaining(["find", "open", "copy", "check", "start", "ready", "smoke"]),
    );
    for (const promise of ["recovery.rto", "recovery.rpo", "backups-restorable"]) {
      const file = join(environment(), "evidence", `${promise}.jsonl`);
      expect(await readFile(file, "utf8")).toContain('"outcome":"kept"');
    }
  });
});

describe("a restore", () => {
  it("says what would be lost, and without a person or --yes goes no further", async () => {
    await book(2);
    const had = await booked();
    const now = new Date(Date.now() + 60_000).toISOString();
    const { code, stdout, stderr } = await sandbox.cozy(["restore", "production", "--at", now]);
    expect(code).toBe(2);
    expect(`${stdout}${stderr}`).toContain(`there is no backup: the newest before it is ${first}`);
    expect(stderr).toContain("restore-not-confirmed");
    expect(stderr).toMatch(/bookings: 2 fewer \(\d+ instead of \d+\)/);
    expect(stderr).toContain(`cozy restore production ${first} --yes`);
    expect(await booked()).toBe(had);
    expect(await readdir(join(environment(), "database"))).not.toContainEqual(
      expect.stringMatching(/restored/),
    );
  });

  it("puts the backup into use, and keeps what there was", async () => {
    const had = await booked();
    const load = startLoad({ url: `${sandbox.url}/`, connections: 2, pauseMs: 5 });
    const { stdout } = await sandbox.ok(["restore", "production", first, "--yes"]);
    const { errors } = await load.stop();
    console.log(/the site answered 503 for .*/.exec(stdout)?.[0]);
    expect(stdout).toMatch(/the site answered 503 for \d/);
    expect(errors.filter((error) => !error.includes("503"))).toEqual([]);
    // The smoke checks of the restore have booked one an instance.
    expect(await booked()).toBe(rowsIn(join(environment(), "backups", first, "database.sqlite")) + 2);
    const aside = /kept in (\S+\.before-\w+)\./.exec(stdout)?.[1] ?? "";
    expect((await stat(aside)).size).toBeGreaterThan(0);
    expect(rowsIn(aside)).toBe(had);
    await book(1);

    // The backup that was made before it brings the other data back.
    const made = (await readdir(join(environment(), "backups"))).filter((id) => id.endsWith("-deploy"));
    await sandbox.ok(["restore", "production", made.toSorted().at(-1) ?? "", "--yes"]);
    expect(await booked()).toBe(had + 2);
  });

  it("refuses a moment that was before all backups", async () => {
    const early = await sandbox.cozy(["restore", "production", "--at", "2020-01-01 00:00", "--yes"]);
    expect([early.code, early.stderr]).toEqual([2, expect.stringContaining("no-backup")]);
  });

  it("does not guess what an older schema needs, and offers both ways", async () => {
    const old = await backUp();
    const note = { up: "ALTER TABLE bookings ADD COLUMN note TEXT", down: "SELECT 1" };
    const created = "CREATE TABLE bookings (id INTEGER PRIMARY KEY, guest TEXT NOT NULL, city TEXT NOT NULL)";
    await sandbox.commit({
      "migrations.json": JSON.stringify([{ up: created, down: "" }, note]),
      "behaviour.json": JSON.stringify({ columns: ["city", "note"] }),
    });
    await sandbox.ok(["deploy", "production"]);
    const unfit = await sandbox.cozy(["restore", "production", old, "--yes"]);
    expect(unfit.code).toBe(2);
    expect(unfit.stderr).toContain("restored-data-unfit");
    expect(unfit.stderr).toContain("table bookings has no column named note");
    expect(unfit.stderr).toContain(`cozy restore production ${old} --migrate`);
    await book(1);
    await sandbox.ok(["restore", "production", old, "--yes", "--migrate"]);
    await book(1);
  });
});

function rowsIn(file: string): number {
  const opened = new DatabaseSync(file, { readOnly: true });
  try {
    return Number(opened.prepare("SELECT count(*) AS n FROM bookings").get()?.["n"]);
  } finally {
    opened.close();
  }
}
