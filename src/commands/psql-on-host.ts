import type { RunPsql } from "../databases/server-connections.ts";
import type { Connection } from "../hosts/ssh/connection.ts";
import { environmentLines } from "../instances/systemd/start-script.ts";

/** The signal that the caller gives ends it sooner. */
const mostMs = 30_000;

/**
 * psql of a host. Its variables, the password among them, go by standard input, so that no list of processes shows them on either
 * machine.
 */
export function psqlOn(connection: Pick<Connection, "run">): RunPsql {
  return async (command, variables, signal) => {
    const words = ["/bin/sh", "-c", '. /dev/stdin && exec "$@"', "sh", ...command];
    const options = { input: environmentLines(variables), timeoutMs: mostMs };
    const { exitCode, stdout } = await connection.run(words, options, signal);
    return exitCode === 0 ? stdout : undefined;
  };
}
