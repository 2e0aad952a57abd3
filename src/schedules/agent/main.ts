import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { pathsOfRelease } from "../../hosts/environment-paths.ts";
import { databaseFile } from "../../hosts/machine/release-variables.ts";
import { messageOf } from "../../shared/thrown.ts";
import { runId } from "../run-id.ts";
import { keepHeartbeat } from "./keep-heartbeat.ts";
import { performRun, type RunRequest } from "./perform-run.ts";
import { readRunRelease } from "./release-files.ts";
import { runWord, startRun } from "./start-run.ts";
import { forgetOthers, lookAtTheClock } from "./watch.ts";

/**
 * The schedules of a release: `node schedules.js <release folder> <schedules folder>` watches the clock and writes the heartbeat, and
 * `node schedules.js run <request as JSON>` carries out one run. The first only starts processes of the second kind, so ending it
 * ends no run.
 */
async function main([first = "", second = ""]: readonly string[]): Promise<void> {
  if (first === runWord) await run(readRequest(second));
  else await watch(first, second);
}

async function watch(releaseFolder: string, folder: string): Promise<void> {
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));
  const { id, schedules, isBackedUp } = readRunRelease(releaseFolder);
  const script = fileURLToPath(import.meta.url);
  const parts = {
    release: id,
    schedules,
    folder,
    now: Date.now,
    say,
    newId: (at: number) => runId(at, randomBytes(3)),
    start: (one: Pick<RunRequest, "name" | "id" | "due" | "by">) =>
      startRun(script, { releaseFolder, schedules: folder, ...one }),
  };
  say(`watching the clock for ${Object.keys(schedules).join(", ")}`);
  forgetOthers(parts);
  if (isBackedUp)
    void keepHeartbeat({ file: databaseFile(pathsOfRelease(releaseFolder)), now: Date.now, pause, say });
  for (;;) {
    const waitMs = await lookAtTheClock(parts);
    await pause(Math.max(waitMs, 10));
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

async function run(request: RunRequest): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => stop.abort());
  // Whoever follows a run by hand may be gone before it ends.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  await performRun(request, { now: Date.now, stop: stop.signal, say });
  process.exit(0);
}

function readRequest(text: string): RunRequest {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- this script and its package alone write it
  return JSON.parse(text) as RunRequest;
}

function say(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`schedules ${process.pid}: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
