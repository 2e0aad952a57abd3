import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLoad } from "../../src/routing/testing/load.ts";
import { replaced } from "../support/example-sandbox.ts";
import { sharedHome } from "../support/shared-home.ts";
import { betweenPagesMs } from "../support/soak.ts";
import { createSandbox, type Sandbox } from "../support/sandbox.ts";
import { Visitor } from "../support/visitor.ts";

const fixture = fileURLToPath(new URL("../../examples/cozywish", import.meta.url));

let sandbox: Sandbox;
let root: string;
let logFile: string;
beforeAll(async () => {
  const config = await readFile(join(fixture, "cozy.config.ts"), "utf8");
  sandbox = await createSandbox({
    fixture,
    environment: "local",
    home: sharedHome(),
    config: (port) =>
      [
        ['name: "cozywish"', 'name: "cozywish-story"'],
        ['Number(process.env["COZYWISH_PORT"] ?? 8080)', String(port)],
        [
          "SESSION_SECRET: generated()",
          'SESSION_SECRET: generated(), LOG_LEVEL: "debug", LOG_FILE: "LOGFILE"',
        ],
        ['LOG_LEVEL: "info",', 'LOG_LEVEL: "info",\n      LOG_FILE: { required: false },'],
      ].reduce((text, [from = "", to = ""]) => replaced(text, from, to), config),
  });
  root = join(sandbox.home, "environments", "cozywish-story-local");
  logFile = join(root, "cozywish.log");
  const path = join(sandbox.project, "cozy.config.ts");
  await sandbox.commit({ "cozy.config.ts": (await readFile(path, "utf8")).replace("LOGFILE", logFile) });
  await sandbox.ok(["deploy", "local"]);
  await sandbox.ok(["run", "local", "--", "node", "src/seed.ts"]);
});
afterAll(async () => sandbox.dispose());

async function logLines(): Promise<Record<string, unknown>[]> {
  const { stdout } = await sandbox.ok(["logs", "local", "--type", "web", "-n", "2000", "--json"]);
  return stdout
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { line: string }).line)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("CozyWish on this machine", () => {
  it("serves its pages, with the release in them", async () => {
    const { status, text } = await new Visitor(sandbox.url).open("/");
    expect(status).toBe(200);
    expect(text).toContain("CozyWish");
    const { host } = await sandbox.json<{ host: { current: string } }>(["status", "local"]);
    expect(text).toContain(host.current);
  });

  it("serves fingerprinted static files and pictures with a cache time of thirty days", async () => {
    const { text } = await new Visitor(sandbox.url).open("/venues");
    const css = /href="(\/static\/[^"]+\.[0-9a-f]{6,}\.css)"/.exec(text)?.[1];
    const picture = /src="(\/media\/[^"]+)"/.exec(text)?.[1];
    for (const path of [css, picture]) {
      const response = await fetch(`${sandbox.url}${path}`);
      expect(response.status, path).toBe(200);
      expect(response.headers.get("cache-control")).toBe("public, max-age=2592000");
    }
  });

  it("lets a visitor sign up and sign in, and writes a failed sign-in down as a security event", async () => {
    const visitor = new Visitor(sandbox.url);
    const account = { name: "A Visitor", email: "visitor@example.org", password: "a long enough password" };
    const signedUp = await visitor.submit("/sign-up", /sign-up/, account);
    expect([302, 303]).toContain(signedUp.status);
    expect((await visitor.open("/bookings")).status).toBe(200);
    const failed = await new Visitor(sandbox.url).submit("/sign-in", /sign-in/, {
      email: account.email,
      password: "quite another one",
    });
    expect(failed.status).toBeGreaterThanOrEqual(400);
    const events = (await logLines()).filter(({ event }) => event === "security.sign-in-failed");
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ level: "warn" });
    expect(JSON.stringify(events)).not.toContain("quite another one");
  });

  it("logs as JSON with levels, to the console and to its file", async () => {
    const console = await logLines();
    const file = (await readFile(logFile, "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const lines of [console, file]) {
      expect(lines.length).toBeGreaterThan(3);
      for (const line of lines)
        expect(["trace", "debug", "info", "warn", "error", "fatal"]).toContain(line["level"]);
    }
  });

  it("keeps accounts and pictures through a release, a stop and a start, and loses no request", async () => {
    const picture = /src="(\/media\/[^"]+)"/.exec((await new Visitor(sandbox.url).open("/venues")).text)?.[1];
    const load = startLoad({ url: `${sandbox.url}/`, connections: 8, pauseMs: betweenPagesMs });
    await sandbox.commit({ "src/new-file.ts": "export {};\n" });
    await sandbox.ok(["deploy", "local"]);
    const { failed, errors } = await load.stop();
    expect(errors).toEqual([]);
    expect(failed).toBe(0);
    await sandbox.ok(["stop", "local"]);
    await sandbox.ok(["start", "local"]);
    const signedIn = await new Visitor(sandbox.url).submit("/sign-in", /sign-in/, {
      email: "visitor@example.org",
      password: "a long enough password",
    });
    expect([302, 303]).toContain(signedIn.status);
    expect((await fetch(`${sandbox.url}${picture}`)).status).toBe(200);
  });

  it("copies its database aside before each migration", async () => {
    const { readdir } = await import("node:fs/promises");
    expect((await readdir(join(root, "backups"))).length).toBeGreaterThan(0);
  });

  it("is refused by a rehearsal where signing in fails on the migrated data, though every page can be read", async () => {
    const rename = `alterTable("sessions").renameColumn("expires_at", "ends_at")`;
    const config = await readFile(join(sandbox.project, "cozy.config.ts"), "utf8");
    await sandbox.commit({
      "cozy.config.ts": config.replace(
        "database: sqlite(),",
        'database: sqlite(), rehearsal: { variables: { LOG_FILE: "rehearsal.log" } },',
      ),
      "migrations/0099-sessions-end.ts": `import type { Kysely } from "kysely";
export const up = (db: Kysely<unknown>): Promise<void> => db.schema.${rename}.execute();
`,
    });
    await sandbox.ok(["backup", "local"]);
    const { code, stdout } = await sandbox.cozy(["rehearse", "local"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/fail +old release +POST \/sign-in: status 500 instead of 303/);
    expect(stdout).toMatch(/statement: .*"sessions".*: no such column: sessions\.expires_at/);
    expect(stdout).toMatch(/not proven +\d tables +.*confirmations.*: no check wrote to them/);
    expect((await new Visitor(sandbox.url).open("/sign-in")).status).toBe(200);
  });
});
