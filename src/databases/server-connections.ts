import { execFile } from "node:child_process";
import type { ServerConnections } from "../release/capacity-connections.ts";
import type { DatabaseAddress } from "./address.ts";
import { psqlCommand } from "./psql.ts";

/** Sessions of others can be counted by whoever may log in; what they are at can't be seen, and is not asked. */
const question = `
  select current_setting('max_connections')::int as most,
    current_setting('superuser_reserved_connections')::int
      + coalesce(current_setting('reserved_connections', true)::int, 0) as reserved,
    (select count(*) from pg_stat_activity where datname is not null and usename is not null
      and (datname <> current_database() or usename <> current_user)) as others`;

/** How long a server may take to let psql in, in seconds. */
const connectSeconds = "3";

/** How long the whole answer may take. */
const answerMs = 5_000;

/**
 * Asks a server of PostgreSQL how many connections it has. `undefined` where it could not be asked: there is no psql here, or the
 * server lets only its hosts in.
 */
export async function serverConnections(
  address: DatabaseAddress & { readonly kind: "postgres" },
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<ServerConnections | undefined> {
  const [path, home] = [env["PATH"], env["HOME"]];
  const { command, variables } = psqlCommand({
    address: { ...address, variables: { PGCONNECT_TIMEOUT: connectSeconds, ...address.variables } },
    environment: "",
    write: false,
    sql: question,
    json: true,
    env: { PATH: path, HOME: home },
  });
  const [program = "", ...args] = command;
  const within = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
  const options = { env: { ...variables }, signal: within, killSignal: "SIGKILL" } as const;
  const answer = await new Promise<string | undefined>((resolve) => {
    execFile(program, args, options, (error, stdout) => resolve(error ? undefined : stdout));
  });
  signal.throwIfAborted();
  return answer === undefined ? undefined : numbersIn(answer);
}

function numbersIn(answer: string): ServerConnections | undefined {
  try {
    const rows: unknown = JSON.parse(answer);
    const row: unknown = Array.isArray(rows) ? rows[0] : undefined;
    return isConnections(row) ? { most: row.most, reserved: row.reserved, others: row.others } : undefined;
  } catch {
    return undefined;
  }
}

function isConnections(row: unknown): row is ServerConnections {
  if (typeof row !== "object" || row === null) return false;
  return ["most", "reserved", "others"].every((name) =>
    Number.isInteger(Object.entries(row).find(([key]) => key === name)?.[1]),
  );
}
