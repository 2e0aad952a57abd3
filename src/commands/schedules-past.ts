import { createReadStream, existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import { lastEvidence } from "../schedules/evidence.ts";
import { explained } from "../schedules/explained.ts";
import { readRunning, runningNow } from "../schedules/running.ts";
import { scheduleEvidence } from "../schedules/schedule-evidence.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import { placeOf, type OpenSchedules } from "./schedules-open.ts";
import { runsText } from "./schedules-text.ts";

/** What the last run printed, or the present one so far. */
export async function lastOutput(
  context: CommandContext,
  opened: OpenSchedules,
  name: string,
): Promise<number> {
  const place = placeOf(opened, name);
  const running = await explained(() => readRunning(place));
  const files = [running, ...(await lastEvidence(place, 200)).toReversed()].flatMap((run) =>
    typeof run?.outputFile === "string" ? [{ run: run.id, file: join(place.folder, run.outputFile) }] : [],
  );
  const found = files.find(({ file }) => existsSync(file));
  if (found === undefined) {
    throw new CozyError("schedule-without-output", {
      message: `No run of ${name} has left any output yet.`,
      next: `cozy schedules ${opened.environment} --runs ${name}`,
    });
  }
  if (context.json) {
    const output = await readFile(found.file, "utf8");
    printResult(context, { schedule: name, ...found, output }, () => output);
    return 0;
  }
  for await (const chunk of createReadStream(found.file)) context.stdout.write(chunk);
  return 0;
}

/** What came of its starts. */
export async function runsOf(
  context: CommandContext,
  opened: OpenSchedules,
  name: string,
  { most }: { readonly most: number | undefined },
): Promise<number> {
  const place = placeOf(opened, name);
  // A run whose process was killed is settled first, and told with the others.
  await explained(() => runningNow(place, context.now()));
  const { runs, unreadable } = await scheduleEvidence(opened.folder, name);
  const newest = runs.toReversed().slice(0, most ?? 20);
  printResult(context, { schedule: name, runs: newest, unreadable }, () =>
    runsText(name, newest, unreadable),
  );
  return 0;
}
