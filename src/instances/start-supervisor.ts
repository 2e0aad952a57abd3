import type { ChildProcess } from "node:child_process";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { CozyError, systemCode } from "../errors/cozy-error.ts";
import { pause } from "../shared/pause.ts";
import { writeAtomically } from "../shared/atomic-write.ts";
import { startKeeper, supervisorOutputFile } from "./keeper.ts";
import { settingsFileName, startErrorFile, type StartError } from "./protocol.ts";
import type { SupervisorSettings } from "./supervisor-settings.ts";
import { whoRuns, type Running } from "./who-runs.ts";

/** Where a supervisor lives, and what it is run by. */
export interface SupervisorPlace extends Omit<SupervisorSettings, "format"> {
  /** The supervisor's code, as `installAgents` placed it. */
  readonly agentFile: string;
  readonly nodeBinary: string;
}

/**
 * Starts a keeper with its supervisor. Resolves when a supervisor answers, whoever started it, or when this one has given way to another,
 * which the next look shows. `until` is a time of `performance.now()`.
 */
export async function startSupervisor(
  place: SupervisorPlace,
  until: number,
  signal: AbortSignal,
): Promise<void> {
  const { agentFile, nodeBinary, ...settings } = place;
  const settingsFile = join(place.folder, settingsFileName);
  await mkdir(place.folder, { recursive: true, mode: 0o700 });
  await mkdir(place.logFolder, { recursive: true, mode: 0o700 });
  const text = JSON.stringify({ format: 1, ...settings } satisfies SupervisorSettings);
  await writeAtomically(settingsFile, `${text}\n`);
  await rm(join(place.folder, startErrorFile), { force: true });
  const keeper = startKeeper({
    command: [nodeBinary, ...nodeFlags, agentFile, settingsFile],
    folder: place.folder,
    logFolder: place.logFolder,
  });
  await untilItAnswers(place, keeper, until, signal);
}

/** Small heaps: it keeps next to nothing, and idles for months. */
const nodeFlags = ["--max-old-space-size=64", "--max-semi-space-size=1", "--v8-pool-size=1"];

async function untilItAnswers(
  place: SupervisorPlace,
  keeper: ChildProcess,
  until: number,
  signal: AbortSignal,
): Promise<void> {
  let spawnError: Error | undefined;
  keeper.once("error", (error) => {
    spawnError = error;
  });
  keeper.unref();
  while (isStarting(await whoRuns(place, signal))) {
    const told = await startErrorOf(place);
    if (told?.reason === "state-damaged" || told?.reason === "state-newer") throw stateError(told);
    if (spawnError !== undefined || performance.now() > until) {
      endKeeper(keeper);
      throw await notStarted(place, spawnError ?? told);
    }
    if (keeper.exitCode === 0) return;
    await pause(5, signal);
  }
}

function isStarting(running: Running): boolean {
  return running.kind === "nobody" || running.kind === "between";
}

/** The keeper leads a group of its own, in which only its supervisor is. */
function endKeeper(keeper: ChildProcess): void {
  if (keeper.pid === undefined || keeper.exitCode !== null) return;
  try {
    process.kill(-keeper.pid, "SIGKILL");
  } catch (error) {
    if (systemCode(error) !== "ESRCH") throw error;
  }
}

async function startErrorOf(place: SupervisorPlace): Promise<StartError | undefined> {
  try {
    const told: StartError = JSON.parse(await readFile(join(place.folder, startErrorFile), "utf8"));
    return told;
  } catch {
    // Not there, or not yet whole.
    return undefined;
  }
}

function stateError(told: StartError): CozyError {
  const state =
    "Nothing was changed. Instances that run go on running, but nothing starts them again when they end.";
  if (told.reason === "state-newer") {
    return new CozyError("supervisor-state-newer", {
      message: `${told.message}.`,
      state,
      next: "Install the newer cozy that this environment was last deployed with: npm install --save-dev cozywish@latest",
    });
  }
  return new CozyError("supervisor-state-damaged", {
    message: `${told.message}.`,
    state,
    next: "Repair the file or move it away (then stop the instances that it lists by hand), and run the same command again.",
  });
}

async function notStarted(
  place: SupervisorPlace,
  why: { readonly message: string } | undefined,
): Promise<CozyError> {
  const output = supervisorOutputFile(place.logFolder);
  const lines = (await readFile(output, "utf8").catch(() => "")).trimEnd().split("\n").slice(-10);
  return new CozyError("supervisor-not-started", {
    message: `The supervisor did not answer in time${why === undefined ? "." : `: ${why.message}`}`,
    state: "Instances that run go on running.",
    next: `Look at ${output}`,
    details: lines,
  });
}
