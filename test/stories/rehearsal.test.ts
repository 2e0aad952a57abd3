import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Finding, RehearsalVerdict } from "../../src/rehearsal/verdict.ts";
import { startLoad } from "../../src/routing/testing/load.ts";
import { createSandbox, processesOf, type Sandbox } from "../support/sandbox.ts";
import { betweenRequestsMs } from "../support/soak.ts";

const config = (
  port: number,
  appMore = "",
) => `import { defineProject, node, sqlite, thisMachine } from "cozywish";

export default defineProject({
  name: "bookings",
  app: node({
    runtime: ">=22.15",
    processes: {
      web: { command: ["node", "server.js"], stopTimeout: "5s" },
      worker: { command: ["node", "worker.js"], ready: { output: "waits" } },
    },
    migrate: ["node", "migrate.js"],
    ready: { path: "/ready", timeout: "60s" },
    smoke: [{ path: "/", text: "bookings" }, { path: "/bookings", json: {}, status: 201 }],
    ${appMore}
  }),
  environments: {
    production: { target: thisMachine({ port: ${port} }), database: sqlite(), rehearsal: {} },
  },
});
`;

const first = "CREATE TABLE bookings (id INTEGER PRIMARY KEY, guest TEXT NOT NULL, city TEXT NOT NULL)";
const note = {
  up: "ALTER TABLE bookings ADD COLUMN note TEXT",
  down: "ALTER TABLE bookings DROP COLUMN note",
};
const migrations = (...more: readonly { readonly up: string; readonly down: string }[]) =>
  JSON.stringify([{ up: first, down: "DROP TABLE bookings" }, ...more]);
const behaviour = (...columns: readonly string[]) => JSON.stringify({ columns });

let sandbox: Sandbox;
beforeAll(async () => {
  const fixture = fileURLToPath(new URL("../fixtures/bookings-app", import.meta.url));
  sandbox = await createSandbox({ fixture, config, environment: "production" });
});
afterAll(async () => sandbox.dispose());

const environment = () => join(sandbox.home, "environments", "bookings-production");

async function rehearsed(): Promise<{ readonly code: number; readonly verdict: RehearsalVerdict }> {
  const { code, stdout, stderr } = await sandbox.cozy(["rehearse", "production", "--json"]);
  expect(stderr).toBe("");
  return { code, verdict: JSON.parse(stdout) as RehearsalVerdict };
}

/** By name; whether the machine can seal a process off is the machine's own. */
function outcomes({ findings }: Pick<RehearsalVerdict, "findings">): Record<string, Finding["outcome"]> {
  return Object.fromEntries(
    findings
      .filter(({ name }) => !/sealed off|process/.test(name))
      .map(({ name, outcome }) => [name, outcome]),
  );
}

function columns(): string[] {
  const database = new DatabaseSync(join(environment(), "database", "database.sqlite"), { readOnly: true });
  try {
    return database
      .prepare("SELECT name FROM pragma_table_info('bookings')")
      .all()
      .map(({ name }) => String(name));
  } finally {
    database.close();
  }
}

describe("a release that is rehearsed", () => {
  it("has nothing to be rehearsed on where it is the first, and the deploy says so", async () => {
    const { stdout } = await sandbox.ok(["deploy", "production"]);
    expect(stdout).toContain("Not proven by the rehearsal: release in force: there is none yet");
  });

  it("passes with a column more, and the prepared way back", async () => {
    await sandbox.write(
      "cozy.config.ts",
      config(sandbox.port, 'migrateBack: ["node", "migrate.js", "back", "1"],'),
    );
    await sandbox.commit({
      "migrations.json": migrations(note),
      "behaviour.json": behaviour("city", "note"),
    });
    await sandbox.ok(["backup", "production"]);
    const { verdict } = await rehearsed();
    expect(outcomes(verdict)).toEqual({
      restored: "pass",
      migrations: "pass",
      integrity: "pass",
      rows: "pass",
      "migrations again": "pass",
      "old release": "pass",
      "new release": "pass",
      rollback: "pass",
      "migrations back": "pass",
      tables: "pass",
    });
    expect(verdict.schemaChanges).toEqual(["+ bookings.note text"]);
    expect(columns()).not.toContain("note");
    await sandbox.ok(["deploy", "production"]);
    expect(columns()).toContain("note");
  });

  it("is refused where it renames a column that the release in force uses, and production feels nothing", async () => {
    const rename = { up: "ALTER TABLE bookings RENAME COLUMN city TO town", down: "SELECT 1" };
    await sandbox.commit({
      "migrations.json": migrations(note, rename),
      "behaviour.json": behaviour("town", "note"),
    });
    const load = startLoad({ url: `${sandbox.url}/`, connections: 8, pauseMs: betweenRequestsMs });
    const { code, stderr } = await sandbox.cozy(["deploy", "production"]);
    const { failed, sent } = await load.stop();
    expect(code).toBe(2);
    expect(stderr).toContain("rehearsal-failed");
    expect(stderr).toContain("old release: POST /bookings: status 500 instead of 201");
    expect(stderr).toContain(
      "statement: INSERT INTO bookings (guest, city, note) VALUES (?, ?, ?): table bookings has no column named city",
    );
    expect(stderr).toContain("add bookings.town and have a release write both");
    expect([failed, columns()]).toEqual([0, ["id", "guest", "city", "note"]]);
    expect(sent).toBeGreaterThan(100);
    expect(await processesOf(join(environment(), "scratch"))).toEqual([]);
  });

  it("drops a column only where the release in force declares not to use it any more", async () => {
    const contract = 'contract: ["bookings.note"],';
    const drop = { up: "ALTER TABLE bookings DROP COLUMN note", down: note.up };
    await sandbox.write("cozy.config.ts", config(sandbox.port, contract));
    await sandbox.commit({ "migrations.json": migrations(note, drop), "behaviour.json": behaviour("city") });
    const early = await rehearsed();
    expect(early.code).toBe(1);
    expect(outcomes(early.verdict)).toMatchObject({
      "old release": "fail",
      contract: "fail",
      "new release": "pass",
    });
    expect(JSON.stringify(early.verdict)).toContain("has to wait for the next one");

    await sandbox.commit({ "migrations.json": migrations(note) });
    await sandbox.ok(["deploy", "production"]);
    await sandbox.commit({ "migrations.json": migrations(note, drop) });
    await sandbox.ok(["deploy", "production"]);
    expect(columns()).toEqual(["id", "guest", "city"]);
    const kept = join(environment(), "evidence", "rehearsals", `${await serving()}.json`);
    expect(outcomes(JSON.parse(await readFile(kept, "utf8")) as RehearsalVerdict)).toMatchObject({
      contract: "pass",
    });
  });
});

async function serving(): Promise<string> {
  const text = await readFile(join(environment(), "current", "release.json"), "utf8");
  return (JSON.parse(text) as { readonly id: string }).id;
}
