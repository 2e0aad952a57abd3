import { setTimeout as after } from "node:timers/promises";
import { CozyError, messageOf, systemCode } from "../errors/cozy-error.ts";
import { durationText } from "../shared/duration.ts";
import { firstAnswer } from "./answered.ts";
import { warn } from "./dev-log.ts";
import type { DevProcess } from "./dev-process.ts";
import { migrationsState } from "./migrations-check.ts";
import { typed } from "./platform.ts";
import type { Development } from "./run-development.ts";

/** How long the other processes leave the machine to the first page; a worker that takes both cores would hold it up. */
const headStartMs = 3_000;

/** Starts the web process, and the others as soon as it answers. Throws where the web process can't be started at all. */
export async function startAll(processes: readonly DevProcess[], development: Development): Promise<void> {
  const { place, asked } = development;
  const since = performance.now();
  const web = processes.find(({ planned }) => planned.type === "web");
  const others = processes.filter((process) => process !== web);
  if (web === undefined) return startOthers(others, development);
  await web.start(place.env).catch((error: unknown) => {
    throw notStarted(web.planned.command, error);
  });
  const answered = tellAnswer(since, development);
  void answered.then(async (url) => (url === undefined ? undefined : tellMigrations(development)));
  void Promise.race([answered, headStart(asked.gently)]).then(async () => startOthers(others, development));
}

async function headStart(signal: AbortSignal): Promise<void> {
  await after(headStartMs, undefined, { signal }).catch(() => undefined);
}

async function startOthers(others: readonly DevProcess[], { place, log, asked }: Development): Promise<void> {
  await Promise.all(
    others.map(async (process) => {
      // A change may have started it already.
      if (process.isUp || asked.gently.aborted) return;
      const { type, command } = process.planned;
      await process.start(place.env).catch((error: unknown) => {
        const why = whyNot(command, error);
        warn(log, `${type} could not be started: ${why}; it is tried again at the next change`);
      });
    }),
  );
}

/** Says where the application answers; the address, or `undefined` where it was ended before it did. */
async function tellAnswer(since: number, { place, log, asked }: Development): Promise<string | undefined> {
  const { path, headers = {} } = place.app.ready;
  // `https` would make an application redirect to an address where nothing listens.
  const asking = { port: place.port, path, headers: { ...headers, "x-forwarded-proto": "http" } };
  const url = await firstAnswer(asking, asked.gently);
  if (url === undefined) return undefined;
  const afterMs = Math.round(performance.now() - since);
  log.tell(
    { type: "answered", process: "web", url, afterMs },
    `${url} answered after ${durationText(afterMs)}`,
  );
  return url;
}

/** Asked after the first page, because it would only take time away from it. */
async function tellMigrations({ place, log, asked }: Development): Promise<void> {
  const state = await migrationsState(place, asked.gently).catch(() => "unknown");
  if (state !== "not-applied") return;
  warn(log, "the database lacks migrations of the working tree", typed(place.app.migrate ?? []));
}

function notStarted(command: readonly string[], error: unknown): CozyError {
  return new CozyError("web-not-started", {
    message: `web: ${whyNot(command, error)}.`,
    state: "Nothing runs.",
    next: "Correct processes.web (or its `dev` command) in cozy.config.ts, or install what it runs: cozy dev --setup",
    cause: error,
  });
}

function whyNot(command: readonly string[], error: unknown): string {
  return systemCode(error) === "ENOENT"
    ? `the program ${command[0] ?? ""} of \`${typed(command)}\` is not on the PATH`
    : `\`${typed(command)}\` can't be run (${messageOf(error)})`;
}
