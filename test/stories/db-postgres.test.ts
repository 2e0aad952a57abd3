import type { ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mayBeLeftOut } from "../support/may-be-left-out.ts";
import { postgresBinaries, startPostgres } from "../support/postgres-server.ts";
import { createSandbox, until, type Sandbox } from "../support/sandbox.ts";

const password = "p@ss/w rd";
const binaries = postgresBinaries();

describe.skipIf(mayBeLeftOut(binaries === undefined))("cozy db on a PostgreSQL server", () => {
  let folder: string;
  let postgres: ChildProcess;
  let sandbox: Sandbox;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cozy-pg-"));
    postgres = await startPostgres(binaries ?? "", folder, password);
    sandbox = await createSandbox({
      config: (port) => `import { defineProject, dotenv, node, thisMachine } from "cozywish";
export default defineProject({
  name: "tiny",
  app: node({ runtime: ">=22.15", processes: { web: { command: ["node", "server.js"] } }, ready: { path: "/ready" } }),
  environments: {
    staging: { target: thisMachine({ port: ${port} }), variables: { DATABASE_URL: dotenv(".env.staging") } },
  },
});
`,
    });
    const address = `postgres://ada:${encodeURIComponent(password)}@/postgres?host=${encodeURIComponent(folder)}`;
    await sandbox.write(".env.staging", `DATABASE_URL=${address}\n`);
    await sandbox.ok(["deploy", "staging"]);
    await until("PostgreSQL answers", async () => {
      await sandbox.ok(["db", "staging", "--write", "--sql", "create table venues (id int, name text)"]);
      return true;
    });
  });
  afterAll(async () => {
    postgres.kill("SIGINT");
    await new Promise((resolve) => postgres.once("exit", resolve));
    await sandbox.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it("only reads unless it is told to write", async () => {
    const insert = ["db", "staging", "--sql", "insert into venues values (1, 'Baths')"];
    const refused = await sandbox.cozy(insert);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain("read-only transaction");
    expect((await sandbox.ok([...insert, "--write"])).stdout).toContain("INSERT 0 1");
    const { stdout } = await sandbox.ok(["db", "staging", "--sql", "select * from venues;", "--json"]);
    expect(JSON.parse(stdout)).toEqual([{ id: 1, name: "Baths" }]);
  });

  it("tells nobody the password", async () => {
    const { stdout, stderr } = await sandbox.cozy(["db", "staging", "--sql", "select pg_sleep(0), wrong"]);
    expect(stdout + stderr).not.toContain(password);
    const args = (sql: string) => sandbox.ok(["db", "staging", "--sql", sql]);
    const seen = await args(String.raw`\! tr '\0' ' ' < /proc/$PPID/cmdline`);
    expect(seen.stdout).toContain("psql");
    expect(seen.stdout).not.toContain("p@ss");
  });

  it("says what to install where psql is missing", async () => {
    const empty = join(folder, "programs");
    await mkdir(empty);
    await symlink(process.execPath, join(empty, "node"));
    const { code, stderr } = await sandbox.cozy(["db", "staging"], { env: { PATH: empty } });
    expect(code).toBe(2);
    expect(stderr).toContain("psql");
    expect(stderr).toContain("database-shell-missing");
  });
});
