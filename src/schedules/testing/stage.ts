import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout } from "node:timers/promises";
import type { Schedule } from "../../project/project.ts";
import { performRun, type RunRequest, type RunSurroundings } from "../agent/perform-run.ts";
import { runArguments } from "../agent/start-run.ts";
import { allEvidence, type RunEvidence } from "../evidence.ts";
import { schedulePlace, type SchedulePlace } from "../schedule-place.ts";

const script = fileURLToPath(new URL("../agent/main.ts", import.meta.url));

/** A placed release with schedules, as far as a run needs one, and the environment's folder of schedules. */
export interface Stage {
  readonly releaseFolder: string;
  readonly schedules: string;
  /** What was said that somebody has to know. */
  readonly said: string[];
  place(name: string): SchedulePlace;
  evidence(name: string): Promise<readonly RunEvidence[]>;
  request(name: string, more?: Partial<RunRequest>): RunRequest;
  /** A run in this process. */
  perform(
    name: string,
    more?: Partial<RunRequest>,
    around?: Partial<RunSurroundings>,
  ): Promise<RunEvidence | undefined>;
  /** A run in a process of its own. */
  spawn(name: string, more?: Partial<RunRequest>): ChildProcess;
  dispose(): Promise<void>;
}

export async function createStage(schedules: Readonly<Record<string, Schedule>>): Promise<Stage> {
  const root = await mkdtemp(join(tmpdir(), "cozy-schedules-"));
  const releaseFolder = join(root, "release");
  const folder = join(root, "schedules");
  await mkdir(join(releaseFolder, "app"), { recursive: true });
  await writeFile(join(releaseFolder, "release.json"), JSON.stringify({ format: 1, id: "r1", schedules }));
  const variables = { PATH: process.env["PATH"] ?? "", TOKEN: "hunter2!x" };
  await writeFile(
    join(releaseFolder, "environment.json"),
    JSON.stringify({ format: 1, variables, secrets: ["TOKEN"] }),
    { mode: 0o600 },
  );
  const children: ChildProcess[] = [];
  const said: string[] = [];
  let runs = 0;
  const stage: Stage = {
    releaseFolder,
    schedules: folder,
    said,
    place: (name) => schedulePlace(folder, name),
    evidence: async (name) => (await allEvidence(stage.place(name))).runs,
    request: (name, more) => ({
      releaseFolder,
      schedules: folder,
      name,
      id: `run-${(runs += 1)}`,
      due: null,
      by: "hand",
      ...more,
    }),
    perform: (name, more, around) =>
      performRun(stage.request(name, more), {
        now: Date.now,
        stop: new AbortController().signal,
        say: (line) => said.push(line),
        killAfterMs: 300,
        ...around,
      }),
    spawn(name, more) {
      const child = spawn(process.execPath, [script, ...runArguments(stage.request(name, more))], {
        env: {},
        stdio: "ignore",
        detached: true,
      });
      children.push(child);
      return child;
    },
    async dispose() {
      for (const child of children) if (child.exitCode === null) child.kill("SIGKILL");
      await rm(root, { recursive: true, force: true });
    },
  };
  return stage;
}

/** A schedule that runs a script of Node. */
export function nodeSchedule(source: string, more: Partial<Schedule> = {}): Schedule {
  return {
    run: [process.execPath, "-e", source],
    when: { kind: "every", everyMs: 3_600_000 },
    timeoutMs: 60_000,
    catchUp: false,
    ...more,
  };
}

/** A script of Node that goes on until a file is there. */
export function untilFile(file: string): string {
  return `const look = setInterval(() => require("node:fs").existsSync(${JSON.stringify(file)}) && clearInterval(look), 20)`;
}

/** Waits, for at most thirty seconds, until something holds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end; await setTimeout(20)) {
    if (await holds()) return;
  }
  throw new Error(`${what}: not within thirty seconds`);
}
