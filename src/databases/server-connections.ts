import { execFile } from "node:child_process";
import type { ServerConnections } from "../release/capacity-connections.ts";
import type { DatabaseAddress } from "./address.ts";
import { psqlCommand } from "./psql.ts";

/**
 * One row a limit. Sessions of others can be counted by whoever may log in; what they are at can't be seen, and is not asked. Limits of a
 * user and of a database hold for everybody but superusers, and -1 is none.
 */
const question = `
  with sessions as (
    select datname = current_database() as here, usename = session_user as own
    from pg_stat_activity where datname is not null and usename is not null
  ), me as (select rolconnlimit from pg_roles where rolname = session_user and not rolsuper)
  select 'server' as by, current_setting('max_connections')::int as most,
    current_setting('superuser_reserved_connections')::int
      + coalesce(current_setting('reserved_connections', true)::int, 0) as reserved,
    (select count(*) from sessions where not (here and own)) as others
  union all select 'user', rolconnlimit, 0, (select count(*) from sessions where own and not here)
    from me where rolconnlimit >= 0
  union all select 'database', datconnlimit, 0, (select count(*) from sessions where here and not own)
    from pg_database, me where datname = current_database() and datconnlimit >= 0`;

/** How long a server may take to let psql in, in seconds. */
const connectSeconds = "3";

/** How long the whole answer may take. */
const answerMs = 5_000;

/**
 * Runs psql from where the database is asked, with these variables and what a login has; gives what it printed. `undefined` where it is
 * not there or fails.
 */
export type RunPsql = (
  command: readonly string[],
  variables: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<string | undefined>;

/**
 * Asks a server of PostgreSQL how many connections it has for whoever asks: of the server's, the user's and the database's limits the
 * one that leaves the fewest. `undefined` where it could not be asked: there is no psql, or the server lets
 * nobody in from there.
 */
export async function serverConnections(
  address: DatabaseAddress & { readonly kind: "postgres" },
  run: RunPsql,
  signal: AbortSignal,
): Promise<ServerConnections | undefined> {
  const { command, variables } = psqlCommand({
    address: { ...address, variables: { PGCONNECT_TIMEOUT: connectSeconds, ...address.variables } },
    environment: "",
    write: false,
    sql: question,
    json: true,
    env: {},
  });
  const within = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
  const answer = await run(command, variables, within).catch(() => undefined);
  signal.throwIfAborted();
  return answer === undefined ? undefined : numbersIn(answer);
}

/** psql of this machine. */
export function psqlHere({ PATH, HOME }: Readonly<Record<string, string | undefined>>): RunPsql {
  return ([program = "", ...args], variables, signal) => {
    const options = { env: { PATH, HOME, ...variables }, signal, killSignal: "SIGKILL" } as const;
    return new Promise((resolve) => {
      execFile(program, args, options, (error, stdout) => resolve(error ? undefined : stdout));
    });
  };
}

function numbersIn(answer: string): ServerConnections | undefined {
  try {
    const rows: unknown = JSON.parse(answer);
    const limits = Array.isArray(rows) ? rows.filter(isConnections) : [];
    const [least] = limits.toSorted((a, b) => freeOf(a) - freeOf(b));
    return least;
  } catch {
    return undefined;
  }
}

function freeOf({ most, reserved, others }: ServerConnections): number {
  return most - reserved - others;
}

function isConnections(row: unknown): row is ServerConnections {
  if (typeof row !== "object" || row === null) return false;
  const { by, most, reserved, others }: Partial<Record<string, unknown>> = { ...row };
  return (
    (by === "server" || by === "user" || by === "database") &&
    [most, reserved, others].every((number) => Number.isInteger(number))
  );
}
