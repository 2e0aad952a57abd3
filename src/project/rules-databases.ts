import { parseDatabaseAddress } from "../databases/address.ts";
import type { Draft } from "./draft.ts";
import type { DraftEnvironment } from "./draft-servers.ts";
import { fault, type Fault, type Path } from "./faults.ts";

/** A server of a database: an address that can be used and holds no password, and nothing asked of it that is not carried out. */
export function databaseFaults(draft: Draft): Fault[] {
  return Object.entries(draft.environments ?? {}).flatMap(([name, environment]) => {
    if (environment?.database?.kind !== "postgres") return [];
    const at = ["environments", name];
    return [
      ...addressFaults(environment.database.url, [...at, "database", "url"]),
      ...poolFaults(environment.database, [...at, "database"]),
      ...notCarriedOut(environment, at),
    ];
  });
}

function addressFaults(url: unknown, at: Path): Fault[] {
  if (typeof url === "object" && url !== null && "from" in url && url.from === "generated")
    return [fault(at, "can't be `generated()`: it is the address of a server that is there")];
  if (typeof url !== "string") return [];
  const address = parseDatabaseAddress(url, "/");
  // The address itself may hold a password, so no message shows it.
  if (address?.kind !== "postgres")
    return [fault(at, "must be an address of PostgreSQL such as `postgres://shop@db.example.org/shop`")];
  if (address.variables["PGPASSWORD"] === undefined) return [];
  const message =
    "holds a password, which can't stand in this file; use `fromSecrets(…)`, `fromEnvironment(…)` or `dotenv(…)`";
  return [fault(at, message)];
}

function poolFaults(
  { connections, pool }: { connections?: number | undefined; pool?: number | undefined },
  at: Path,
): Fault[] {
  if (connections === undefined || pool === undefined || pool <= connections) return [];
  return [
    fault(
      [...at, "pool"],
      `is ${pool}, which is more than the ${connections} connections that the server takes`,
    ),
  ];
}

/** A deploy that skipped them in silence would be trusted for what it did not do. */
function notCarriedOut({ backups, rehearsal }: DraftEnvironment, at: Path): Fault[] {
  return [
    ...(backups === undefined
      ? []
      : [
          fault(
            [...at, "backups"],
            "is not carried out for `postgres()` by this version of cozy, only for `sqlite()`: back it up by other means, and remove this",
            "key",
          ),
        ]),
    ...(rehearsal === undefined
      ? []
      : [
          fault(
            [...at, "rehearsal"],
            "is held on a backup, and this version of cozy makes none of `postgres()`, only of `sqlite()`; remove it",
            "key",
          ),
        ]),
  ];
}
