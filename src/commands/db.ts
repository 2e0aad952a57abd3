import type { DatabaseAddress } from "../databases/address.ts";
import type { CommandContext } from "./command-context.ts";
import { findDatabase } from "./db-address.ts";
import { openPsql } from "./db-psql.ts";
import { openSqliteShell } from "./db-sqlite.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";

/** What was asked of `cozy db`, with what it is asked of. */
export interface DatabaseRequest<Kind extends DatabaseAddress["kind"]> {
  readonly context: CommandContext;
  readonly environment: string;
  readonly address: DatabaseAddress & { readonly kind: Kind };
  readonly write: boolean;
  readonly sql: string | undefined;
}

export const command = defineCommand({
  name: "db",
  description:
    "Opens the shell of an environment's database: psql for PostgreSQL, sqlite3 (or a small one of cozy's own) for SQLite. It only reads unless `--write` is given. `dev` in place of an environment opens the one that `.env` names. Statements can also come through a pipe.",
  arguments: [environmentArgument],
  options: {
    write: { kind: "flag", help: "let it change data; there is no way back" },
    sql: { kind: "text", placeholder: "statement", help: "carry this out, print what it gives, and end" },
    release: { kind: "text", placeholder: "id", help: "the database that another kept release has" },
  },
  where: "keeper",
  takesInput: true,
  examples: [
    "cozy db staging",
    'cozy db staging --sql "select count(*) from venues" --json',
    "cozy db staging --write",
  ],
  async run(context, { args, options }) {
    const { environment, address } = await findDatabase(context, args.environment, options.release);
    const { write, sql } = options;
    return address.kind === "sqlite"
      ? openSqliteShell({ context, environment, address, write, sql })
      : openPsql({ context, environment, address, write, sql });
  },
});
