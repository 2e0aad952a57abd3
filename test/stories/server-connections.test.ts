import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseDatabaseAddress } from "../../src/databases/address.ts";
import { serverConnections } from "../../src/databases/server-connections.ts";
import { mayBeLeftOut } from "../support/may-be-left-out.ts";
import { postgresBinaries, startPostgres } from "../support/postgres-server.ts";
import { createSandbox, served, until } from "../support/sandbox.ts";

const binaries = postgresBinaries();
const never = new AbortController().signal;

describe.skipIf(mayBeLeftOut(binaries === undefined))("the connections of a PostgreSQL server", () => {
  let folder: string;
  let postgres: ChildProcess;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cozy-pg-"));
    const settings = ["max_connections=20", "superuser_reserved_connections=2"];
    postgres = await startPostgres(binaries ?? "", folder, "p@ss", settings);
  });
  afterAll(async () => {
    postgres.kill("SIGINT");
    await new Promise((resolve) => postgres.once("exit", resolve));
    await rm(folder, { recursive: true, force: true });
  });

  function addressOf(name: string): string {
    return `postgres://ada:${encodeURIComponent("p@ss")}@/${name}?host=${encodeURIComponent(folder)}`;
  }

  function ask(name = "postgres", env: NodeJS.ProcessEnv = process.env) {
    const address = parseDatabaseAddress(addressOf(name), folder);
    if (address?.kind !== "postgres") throw new Error("no address of PostgreSQL");
    return serverConnections(address, env, never);
  }

  it("are asked of it", async () => {
    await until("PostgreSQL answers", async () => (await ask()) !== undefined);
    expect(await ask()).toEqual({ most: 20, reserved: 2, others: 0 });
  });

  it("are too few for two releases: the second deploy is refused before anything starts", async () => {
    const sandbox = await createSandbox({
      config: (port) => `import { defineProject, dotenv, node, postgres, thisMachine } from "cozywish";
export default defineProject({
  name: "tiny",
  app: node({ runtime: ">=22.15", processes: { web: { command: ["node", "server.js"], count: 2 } }, ready: { path: "/ready" } }),
  environments: {
    staging: { target: thisMachine({ port: ${port} }), database: postgres({ url: dotenv(".env.staging"), pool: 5, connections: 500 }) },
  },
});
`,
    });
    try {
      await sandbox.write(".env.staging", `DATABASE_URL=${addressOf("postgres")}\n`);
      await sandbox.ok(["deploy", "staging"]); // (2 + 1) × 5 of 18
      const { release } = await served(sandbox.url);
      await sandbox.commit({ "version.txt": "two\n" });
      const { code, stderr } = await sandbox.cozy(["deploy", "staging"]);
      expect(code).toBe(2);
      expect(stderr).toContain("capacity-lacking");
      expect(stderr).toContain(
        "2 old and 2 new instances, and a command beside them, hold up to 25 connections",
      );
      expect(stderr).toContain("the database has 18 for them");
      expect((await served(sandbox.url)).release).toBe(release);
    } finally {
      await sandbox.dispose();
    }
  });

  it("are not known where there is no psql, or the server says no", async () => {
    expect(await ask("postgres", { PATH: folder })).toBeUndefined();
    expect(await ask("nowhere")).toBeUndefined();
  });
});
