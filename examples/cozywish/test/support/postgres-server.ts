import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chownSync, existsSync, globSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { once } from "node:events";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

export type PostgresServer = {
  /** Makes an empty database. @returns its DATABASE_URL */
  createDatabase: () => Promise<string>;
  stop: () => Promise<void>;
};

/** The newest installed one's, for PostgreSQL doesn't put `initdb` on the path. */
export function findPostgres(): string | undefined {
  const versions = globSync("/usr/lib/postgresql/*/bin").sort((a, b) =>
    a.localeCompare(b, "en", { numeric: true }),
  );
  return versions.findLast((folder) => existsSync(path.join(folder, "initdb")));
}

/** A cluster in a temporary folder, on a unix socket only, as fast as one that may forget everything can be. */
export async function startPostgres(binaries: string): Promise<PostgresServer> {
  const folder = await mkdtemp(path.join(tmpdir(), "cw-pg-"));
  // PostgreSQL refuses to run as root.
  const user = process.getuid?.() === 0 ? userIds("postgres") : {};
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
  const options = { cwd: folder, stdio: "ignore", ...user } as const;
  const data = path.join(folder, "data");
  execFileSync(
    path.join(binaries, "initdb"),
    ["-D", data, "-A", "trust", "-U", "postgres", "--no-sync"],
    options,
  );
  const server = spawn(
    path.join(binaries, "postgres"),
    ["-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=100"],
    options,
  );
  const endWithUs = () => server.kill("SIGKILL");
  process.once("exit", endWithUs);
  const url = (database: string) => `postgres://postgres@/${database}?host=${encodeURIComponent(folder)}`;
  await untilItAnswers(url("postgres"), server);

  let count = 0;
  return {
    createDatabase: async () => {
      const name = `test_${(count += 1)}`;
      await query(url("postgres"), `create database ${name}`);
      return url(name);
    },
    stop: async () => {
      // SIGINT is its fast shutdown: connections are ended, nothing is waited for.
      if (server.exitCode === null) {
        server.kill("SIGINT");
        await once(server, "exit");
      }
      process.off("exit", endWithUs);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilItAnswers(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      return await query(url, "select 1");
    } catch (error) {
      if (Date.now() > deadline || server.exitCode !== null) throw error;
      await sleep(50);
    }
  }
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

function userIds(name: string): { uid?: number; gid?: number } {
  const id = (flag: string) => Number(execFileSync("id", [flag, name], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}
