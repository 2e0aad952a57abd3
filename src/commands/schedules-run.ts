import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { constants } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CozyError, messageOf } from "../errors/cozy-error.ts";
import type { MachineHost } from "../hosts/machine/machine-host.ts";
import { releaseAgents } from "../hosts/machine/release-agents.ts";
import { LogFollower } from "../logs/log-reader.ts";
import type { RunRequest } from "../schedules/agent/perform-run.ts";
import { runArguments } from "../schedules/agent/start-run.ts";
import { lastEvidence, type RunEvidence } from "../schedules/evidence.ts";
import { explained } from "../schedules/explained.ts";
import { runId } from "../schedules/run-id.ts";
import { outcomeText } from "../schedules/run-text.ts";
import { readRunning, runningNow, type RunningRun } from "../schedules/running.ts";
import type { SchedulePlace } from "../schedules/schedule-place.ts";
import { durationText } from "../shared/duration.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import { scheduleOf, type OpenSchedules } from "./schedules-open.ts";
import { ownWhoText } from "./with-lease.ts";

/** Runs a schedule now, in a process of its own as the clock would, and follows it; gives the exit code of its command. */
export async function runByHand(
  context: CommandContext,
  opened: OpenSchedules,
  name: string,
): Promise<number> {
  const { place } = scheduleOf(opened, name);
  const { run: other } = await explained(() => runningNow(place, context.now()));
  if (other !== undefined) throw isRunning(opened, other, context.now());
  const id = runId(context.now(), randomBytes(3));
  const { releaseFolder, folder: schedules } = opened;
  const who = await ownWhoText(context);
  const request: RunRequest = { releaseFolder, schedules, name, id, due: null, by: "hand", who };
  const started =
    opened.server === undefined ? start(request) : startOn(await opened.server(), opened.release, request);
  const stop = () => started.stop();
  context.signal.addEventListener("abort", stop, { once: true });
  if (context.signal.aborted) stop();
  await follow(context, join(place.folder, "output", `${id}.log`), started.ended);
  context.signal.removeEventListener("abort", stop);

  const evidence = (await lastEvidence(place, 200)).find((run) => run.id === id);
  if (evidence === undefined) throw await withoutEvidence(context, opened, place, id, started.complaint());
  if (context.json) printResult(context, evidence, () => "");
  else context.stderr.write(`${name} ${outcomeText(evidence)}\n`);
  return exitCodeOf(evidence);
}

/** The process of a run that was started by hand. */
interface Started {
  readonly ended: Promise<void>;
  /** Wishes it to end. */
  stop(): void;
  /** What the process itself said, where it could not do its work. */
  complaint(): string;
}

function start(request: RunRequest): Started {
  const child = spawn(process.execPath, [agentScript(), ...runArguments(request)], {
    cwd: "/",
    env: {},
    stdio: ["ignore", "ignore", "pipe"],
    // A Ctrl-C at the terminal is passed on as the wish to end the run, which then still says how it ended.
    detached: true,
  });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  });
  return { ended, stop: () => void child.kill("SIGTERM"), complaint: () => complaint.trim() };
}

/** On a server it is the application's user who runs it, in the sandbox of its instances, by what lies with the release. */
function startOn(server: MachineHost, release: string, request: RunRequest): Started {
  const { node, schedules } = releaseAgents(request.releaseFolder);
  const stop = new AbortController();
  const said: string[] = [];
  const command = [node, schedules, ...runArguments(request)];
  // Options for the application's Node are not for that of the run, which brings them back for the command.
  const once = { release, command, variables: { NODE_OPTIONS: "" }, onOutput };
  function onOutput(_: unknown, line: string): void {
    said.push(line);
  }
  const ended = server.runOnce(once, stop.signal).then(
    () => undefined,
    (error: unknown) => void said.push(messageOf(error)),
  );
  return { ended, stop: () => stop.abort(), complaint: () => said.join("\n") };
}

const lookEveryMs = 60;

async function follow(context: CommandContext, file: string, ended: Promise<void>): Promise<void> {
  const follower = new LogFollower(file, 0);
  let over = false;
  void ended.then(() => (over = true));
  for (;;) {
    const wasOver = over;
    const lines = await follower.newLines();
    if (!context.json) for (const line of lines) context.stdout.write(`${line}\n`);
    if (wasOver && lines.length === 0) return;
    if (!over) await Promise.race([ended, new Promise((resolve) => void setTimeout(resolve, lookEveryMs))]);
  }
}

/** As `timeout` of the coreutils has it. */
const timedOut = 124;
const stopped = 130;

function exitCodeOf({ outcome, exitCode, signal }: RunEvidence): number {
  if (outcome === "timed-out") return timedOut;
  if (outcome === "stopped") return stopped;
  if (exitCode !== null) return exitCode;
  const numbers: Readonly<Record<string, number>> = constants.signals;
  return 128 + (signal === null ? 0 : (numbers[signal] ?? 0));
}

function isRunning({ environment }: OpenSchedules, run: RunningRun, now: number): CozyError {
  const by = run.by === "hand" && run.who !== undefined ? `, begun by ${run.who}` : "";
  return new CozyError("schedule-running", {
    message: `A run of ${run.schedule} has gone on for ${durationText(now - run.startedAt)}${by}.`,
    state: "No other run was started: there is one at a time.",
    next: `See what it has printed: cozy schedules ${environment} --output ${run.schedule}`,
  });
}

async function withoutEvidence(
  context: CommandContext,
  opened: OpenSchedules,
  place: SchedulePlace,
  id: string,
  complaint: string,
): Promise<CozyError> {
  const other = await explained(() => readRunning(place));
  if (other !== undefined && other.id !== id) return isRunning(opened, other, context.now());
  return new CozyError("schedule-run-lost", {
    message: `The process of run ${id} ended and has not written how.`,
    details: complaint === "" ? [] : complaint.split("\n"),
    next: `cozy schedules ${opened.environment} --runs ${place.name}`,
  });
}

/** Beside the bundle; from the sources, where the build puts it. */
function agentScript(): string {
  const relative = import.meta.url.endsWith(".ts") ? "../../dist/agents" : "./agents";
  return fileURLToPath(new URL(`${relative}/schedules.js`, import.meta.url));
}
