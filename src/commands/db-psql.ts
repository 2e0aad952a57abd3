import { psqlCommand } from "../databases/psql.ts";
import { findProgram } from "../development/find-program.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { runInteractively } from "../hosts/this-machine/run-interactively.ts";
import type { DatabaseRequest } from "./db.ts";

/** Hands the terminal to psql; its exit code is cozy's. */
export async function openPsql(request: DatabaseRequest<"postgres">): Promise<number> {
  const { context, sql } = request;
  const { env, json, cwd } = context;
  if (json && sql === undefined) {
    throw new CozyError("wrong-usage", {
      message: "--json needs a statement to carry out.",
      next: `cozy db ${request.environment} --sql <statement> --json`,
    });
  }
  if ((await findProgram("psql", env, process.platform)) === undefined) {
    throw new CozyError("database-shell-missing", {
      message: `The database of ${request.environment} is PostgreSQL's, and its shell psql is not on your PATH.`,
      next: `${installPsql(process.platform)}, then run the same command again.`,
    });
  }
  const { command, variables } = psqlCommand({ ...request, json, env });
  const atTerminal = "isTTY" in context.stdin && context.stdin.isTTY === true;
  return runInteractively(
    { command, folder: cwd, variables, limits: { memoryBytes: undefined, openFiles: undefined } },
    { signals: context.takeSignals(), atTerminal },
  );
}

function installPsql(platform: NodeJS.Platform): string {
  return platform === "darwin"
    ? "brew install libpq"
    : "Install it (Debian and Ubuntu: sudo apt install postgresql-client)";
}
