import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseDatabaseAddress } from "../../src/databases/address.ts";
import { psqlOn } from "../../src/commands/psql-on-host.ts";
import { psqlHere, serverConnections, type RunPsql } from "../../src/databases/server-connections.ts";
import { psqlCommand } from "../../src/databases/psql.ts";
import { sshConnection } from "../../src/hosts/ssh/ssh-connection.ts";
import { hasSshd, pinnedLine, startSshd } from "../../src/hosts/ssh/testing/start-sshd.ts";
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

  function addressOf(name: string, user = "ada"): string {
    return `postgres://${user}:${encodeURIComponent("p@ss")}@/${name}?host=${encodeURIComponent(folder)}`;
  }

  function ask(name = "postgres", run: RunPsql = psqlHere(process.env), user = "ada") {
    const address = parseDatabaseAddress(addressOf(name, user), folder);
    if (address?.kind !== "postgres") throw new Error("no address of PostgreSQL");
    return serverConnections(address, run, never);
  }

  async function change(sql: string): Promise<void> {
    const address = parseDatabaseAddress(addressOf("postgres"), folder);
    if (address?.kind !== "postgres") throw new Error("no address of PostgreSQL");
    const how = { environment: "", write: true, json: false, env: {} };
    const { command, variables } = psqlCommand({ ...how, address, sql });
    if ((await psqlHere(process.env)(command, variables, never)) === undefined)
      throw new Error(`failed: ${sql}`);
  }

  it("are asked of it", async () => {
    await until("PostgreSQL answers", async () => (await ask()) !== undefined);
    expect(await ask()).toEqual({ by: "server", most: 20, reserved: 2, others: 0 });
  });

  it("are no more than the user's or the database's own limit leaves", async () => {
    await change("create role app login password 'p@ss' connection limit 7");
    await change("create database shop owner app");
    const here = psqlHere(process.env);
    expect(await ask("shop", here, "app")).toEqual({ by: "user", most: 7, reserved: 0, others: 0 });
    await change("alter database shop connection limit 6");
    expect(await ask("shop", here, "app")).toEqual({ by: "database", most: 6, reserved: 0, others: 0 });
    expect(await ask("postgres", here, "app")).toMatchObject({ by: "user" });
    await change("alter role app connection limit -1");
    expect(await ask("postgres", here, "app")).toMatchObject({ by: "server", most: 20 });
    expect(await ask("shop")).toMatchObject({ by: "server" }); // a superuser is held to neither
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
      await sandbox.ok(["scale", "staging", "web=1"]); // fewer need no room
      const scaled = await sandbox.cozy(["scale", "staging", "web=4"]);
      expect(scaled.code).toBe(2);
      expect(scaled.stderr).toContain("capacity-lacking");
      expect(scaled.stderr).toContain("There is not enough room among the database's connections for web=4.");
      expect(scaled.stderr).toContain(
        "1 old and 3 new instances, and a command beside them, hold up to 25 connections",
      );
      expect((await sandbox.ok(["scale", "staging"])).stdout).toMatch(/web +×1 /);
      await sandbox.ok(["deploy", "staging"]); // (1 + 1 + 1) × 5 of 18
    } finally {
      await sandbox.dispose();
    }
  });

  it("are looked at again by a resume while nothing has started, and never by an abort", async () => {
    const sandbox = await createSandbox({
      config: (port) => `import { defineProject, dotenv, node, postgres, thisMachine } from "cozywish";
export default defineProject({
  name: "tiny",
  app: node({ runtime: ">=22.15", processes: { web: ["node", "server.js"] }, ready: { path: "/ready" } }),
  environments: {
    staging: { target: thisMachine({ port: ${port} }), database: postgres({ url: dotenv(".env.staging"), pool: 2 }) },
  },
});
`,
    });
    const deployKilledAt = async (fault: string) => {
      await sandbox.commit({ "version.txt": `${fault}\n` });
      await change("alter database shop connection limit 6"); // (1 + 1 + 1) × 2
      const { code } = await sandbox.cozy(["deploy", "staging"], { env: { COZY_FAULT: fault } });
      expect(code).toBe(128);
      await change("alter database shop connection limit 5");
    };
    try {
      await sandbox.write(".env.staging", `DATABASE_URL=${addressOf("shop", "app")}\n`);
      await sandbox.ok(["deploy", "staging"]);
      const { release } = await served(sandbox.url);

      await deployKilledAt("before:start-instances-web@this-machine");
      const { code, stderr } = await sandbox.cozy(["resume", "staging"]);
      expect(code).toBe(2);
      expect(stderr).toContain("capacity-lacking");
      expect(stderr).toContain("hold up to 6 connections (2 each); the database has 5 for them");
      expect(stderr).toContain("was cut off before it started anything, and stays so. Nothing was changed.");
      expect(stderr).toContain("cozy abort staging");
      await sandbox.ok(["abort", "staging"]);
      expect((await served(sandbox.url)).release).toBe(release);

      await deployKilledAt("after:start-instances-web@this-machine");
      await sandbox.ok(["resume", "staging"]);
      expect((await served(sandbox.url)).release).not.toBe(release);
    } finally {
      await sandbox.dispose();
    }
  });

  it("are not known where there is no psql, or the server says no", async () => {
    expect(await ask("postgres", psqlHere({ PATH: folder }))).toBeUndefined();
    expect(await ask("nowhere")).toBeUndefined();
  });

  it.skipIf(mayBeLeftOut(!hasSshd))(
    "are asked from a host, without the password among anybody's arguments",
    async () => {
      const sshd = await startSshd();
      const knownHosts = join(sshd.folder, "known_hosts");
      await writeFile(knownHosts, pinnedLine(sshd));
      const { port, user, identity } = sshd;
      const connection = await sshConnection(
        { host: "web-1", address: "127.0.0.1", port, user, identity },
        {
          knownHosts,
          env: { PATH: process.env["PATH"], HOME: sshd.folder },
          uid: process.getuid?.() ?? 0,
          now: Date.now,
          random: Math.random,
        },
      );
      const asked: string[] = [];
      const run: RunPsql = (command, variables, signal) => {
        asked.push(...command);
        return psqlOn(connection)(command, variables, signal);
      };
      try {
        expect(await ask("postgres", run)).toEqual({ by: "server", most: 20, reserved: 2, others: 0 });
        expect(asked.join(" ")).not.toContain("p@ss");
        expect(await ask("nowhere", run)).toBeUndefined();
        await sshd.stop();
        expect(await ask("postgres", run)).toBeUndefined();
      } finally {
        await connection.end();
        await sshd.stop();
      }
    },
  );
});
