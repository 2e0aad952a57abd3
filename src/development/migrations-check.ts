import { runProgram } from "../artifacts/run-program.ts";
import type { Workplace } from "./workplace.ts";

/** `unknown` where there is no general way to ask, or asking failed for another reason, which the server's own log tells. */
export type MigrationsState = "applied" | "not-applied" | "unknown";

/**
 * Whether the developer's database has every migration of the working tree. Django tells by an exit code. For Node there is no way to
 * ask that all migration tools share, and running them unasked would change data, so nothing is said there.
 */
export async function migrationsState(place: Workplace, signal: AbortSignal): Promise<MigrationsState> {
  if (place.app.stack !== "django" || place.app.migrate === undefined) return "unknown";
  const run = { folder: place.folder, env: place.env, timeoutMs: 60_000 };
  const command = ["python", "manage.py", "migrate", "--check"];
  const { exitCode } = await runProgram({ ...run, command }, signal);
  if (exitCode === 0) return "applied";
  // Django's exit code for "not applied" is that of any failure, so it is asked whether it can run at all.
  const can = await runProgram(
    { ...run, command: ["python", "manage.py", "check", "--database", "default"] },
    signal,
  );
  return exitCode === 1 && can.exitCode === 0 ? "not-applied" : "unknown";
}
