import type { Environment } from "../project/project.ts";
import type { CapacityFinding } from "./capacity-finding.ts";
import type { HostStarts } from "./host-starts.ts";
import { schedulesType } from "./instance-types.ts";

/** What a database server says of its connections: of the limits that count, the one that leaves the fewest. */
export interface ServerConnections {
  /** Whose limit it is: the server's own, that of the user who connects (`rolconnlimit`), or that of the database (`datconnlimit`). */
  readonly by: "server" | "user" | "database";
  /** How many it takes at the same time. */
  readonly most: number;
  /** How many of them are kept for superusers: no application gets them. */
  readonly reserved: number;
  /** Held just now by other users, or for other databases, as far as they count against this limit. */
  readonly others: number;
}

/** What PostgreSQL keeps back for superusers unless it is told otherwise. */
const usuallyReserved = 3;

/**
 * Whether the database takes the connections of what runs and of what is started beside it: an instance holds as many as its pool, and one more pool is for the
 * commands that run beside them, such as the migrations. Nothing where the environment has no database server. Pure.
 */
export function connectionFindings(
  { database }: Environment,
  hosts: readonly HostStarts[],
  asked: ServerConnections | undefined,
): readonly CapacityFinding[] {
  if (database?.kind !== "postgres") return [];
  const finding = { subject: "connections", host: undefined } as const;
  const { pool } = database;
  const old = sum(hosts, ({ observed }) => observed.instances.filter(mayConnect).length);
  const fresh = sum(hosts, ({ starts }) => sum(starts.filter(connects), ({ count }) => count));
  if (pool === undefined) {
    const text = `${old} old and ${fresh} new instances connect to it, and how many connections each holds is not declared`;
    return [{ ...finding, verdict: "not-known", text, advice: "Declare it: `postgres({ pool: … })`." }];
  }
  const limit = asked ?? declaredLimit(database.connections);
  if (limit === undefined) {
    const text = "the server could not be asked for its `max_connections`, and they are not declared";
    return [
      { ...finding, verdict: "not-known", text, advice: "Declare them: `postgres({ connections: … })`." },
    ];
  }
  const wanted = (old + fresh + 1) * pool;
  const free = limit.most - limit.reserved - limit.others;
  const takes = `${old} old and ${fresh} new instances, and a command beside them, hold up to ${wanted} connections (${pool} each)`;
  const has = `the database has ${Math.max(0, free)} for them (${limit.most}${limitWords[limit.by]}, of which ${limit.reserved} are reserved and ${
    asked === undefined ? "those of others are not known" : `${limit.others} are held by others`
  })`;
  const text = `${takes}; ${has}.`;
  if (wanted <= free) return [{ ...finding, verdict: "enough", text, advice: "" }];
  const most = Math.floor(free / (old + fresh + 1));
  const smaller = most >= 1 ? ` (at most ${most} here)` : "";
  return [
    {
      ...finding,
      verdict: "not-enough",
      text,
      advice: `Give instances a smaller pool${smaller} and declare it in \`postgres({ pool: … })\`, run fewer instances, ${raiseWords[limit.by]}, or put a pooler such as PgBouncer before it.`,
    },
  ];
}

const limitWords = {
  server: "",
  user: " by the limit of its user",
  database: " by its own limit",
} as const satisfies Record<ServerConnections["by"], string>;

const raiseWords = {
  server: "raise the server's `max_connections`",
  user: "raise the user's limit (`alter role … connection limit …`)",
  database: "raise the database's limit (`alter database … connection limit …`)",
} as const satisfies Record<ServerConnections["by"], string>;

function mayConnect({ id, state }: HostStarts["observed"]["instances"][number]): boolean {
  return state !== "stopped" && connects(id);
}

/** What watches the clock starts commands of the release, and connects to nothing itself. */
function connects({ type }: { readonly type: string }): boolean {
  return type !== schedulesType;
}

function declaredLimit(connections: number | undefined): ServerConnections | undefined {
  return connections === undefined
    ? undefined
    : { by: "server", most: connections, reserved: usuallyReserved, others: 0 };
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
