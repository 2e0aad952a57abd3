import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { EnvironmentFile, InstanceSpec } from "../instance.ts";
import { check, isRecord } from "./checks.ts";
import { childProcess, type RunningProcess } from "./running-process.ts";

/** A start that was not possible; the message names what is missing and never a value of the environment. */
class LaunchFailure extends Error {
  override readonly name = "LaunchFailure";
}

/** Starts the process of an instance, in a session of its own, with exactly the environment that its spec names. */
export async function launchInstance(spec: InstanceSpec, now: () => number): Promise<RunningProcess> {
  const environment = { ...readEnvironment(spec.environmentFile), ...spec.variables };
  if (spec.socket !== undefined) {
    mkdirSync(dirname(spec.socket), { recursive: true, mode: 0o700 });
    rmSync(spec.socket, { force: true });
  }
  return launch(
    {
      command: withLimits(spec, environment),
      folder: spec.folder,
      environment,
      logFile: spec.logFile,
    },
    now,
  );
}

export interface Launch {
  readonly command: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
}

export async function launch(what: Launch, now: () => number): Promise<RunningProcess> {
  const [program = "", ...args] = what.command;
  if (statSync(what.folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new LaunchFailure(`folder ${what.folder} is not there`);
  }
  mkdirSync(dirname(what.logFile), { recursive: true, mode: 0o700 });
  // Appending straight to the file, not through a pipe: the process goes on when the supervisor does not.
  const log = openSync(what.logFile, "a", 0o600);
  try {
    const child = spawn(program, args, {
      cwd: what.folder,
      env: what.environment,
      stdio: ["ignore", log, log],
      detached: true,
    });
    if (child.pid !== undefined) return childProcess(child, child.pid, now);
    const error = await new Promise<Error>((resolve) => child.once("error", resolve));
    throw new LaunchFailure(`${program} could not be started: ${error.message}`, { cause: error });
  } finally {
    closeSync(log);
  }
}

/** Names that a shell adds to the environment by itself. */
const shellNames = ["PWD", "OLDPWD", "SHLVL"];

/** The number of open files can only be set from within the process: a shell sets it and becomes the program. */
function withLimits(spec: InstanceSpec, environment: Readonly<Record<string, string>>): readonly string[] {
  const { openFiles } = spec.limits;
  if (openFiles === undefined) return spec.command;
  const added = shellNames.filter((name) => !(name in environment)).join(" ");
  const script = 'ulimit -n "$1" || exit 126; unset $2; shift 2; exec "$@"';
  return ["/bin/sh", "-c", script, "sh", String(openFiles), added, ...spec.command];
}

function readEnvironment(path: string): Readonly<Record<string, string>> {
  const about = statSync(path, { throwIfNoEntry: false });
  if (about === undefined) throw new LaunchFailure(`environment file ${path} is not there`);
  if ((about.mode & 0o077) !== 0) {
    const mode = (about.mode & 0o777).toString(8).padStart(4, "0");
    throw new LaunchFailure(
      `environment file ${path} has mode ${mode}; others than its owner must not reach it (0600)`,
    );
  }
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    // The parser's own message would quote what stands there.
    const why = error instanceof SyntaxError ? "is not JSON" : "can't be read";
    throw new LaunchFailure(`environment file ${path} ${why}`);
  }
  if (environmentFile.holds(read)) return read.variables;
  throw new LaunchFailure(`environment file ${path}: ${environmentFile.fault(read)}`);
}

const environmentFile = check<EnvironmentFile>((value) => {
  if (!isRecord(value)) return "it does not hold an object";
  const { format, variables } = value;
  if (format !== 1) return `it has format ${String(format)}, and this supervisor reads format 1`;
  if (!isRecord(variables)) return "it has no variables";
  const wrong = Object.entries(variables).find(([, each]) => typeof each !== "string");
  return wrong === undefined ? undefined : `${wrong[0]} is not a text`;
});
