import packageJson from "../../../package.json" with { type: "json" };
import { CozyError, messageOf } from "../../errors/cozy-error.ts";
import { scheduledBackup } from "./scheduled-backup.ts";

/**
 * A backup without the CLI: `node backup.mjs <release folder> <daily|weekly>`, started by the release's watcher of schedules as a run like
 * any other. Its output and its exit code are the run's.
 */
async function main([releaseFolder = "", of]: readonly string[]): Promise<void> {
  if (of !== "daily" && of !== "weekly") throw new Error("expected: <release folder> <daily|weekly>");
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stop.abort());
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const { version } = packageJson;
  await scheduledBackup({ releaseFolder, class: of, now: Date.now, version, say }, stop.signal);
}

/** What happened stands last and in one line with what to do, because the log of the watcher repeats that line. */
function linesOf(error: unknown): string[] {
  if (!(error instanceof CozyError)) return [messageOf(error)];
  const { message, details, state, next } = error;
  return [...details, [message, state, next].filter((part) => part !== undefined).join(" ")];
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  for (const line of linesOf(error)) process.stderr.write(`${line}\n`);
  process.exitCode = 1;
}
