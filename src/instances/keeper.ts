import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";

/** What the supervisor exits with when starting it again can't help: its state or its settings are not readable. */
export const cannotStart = 78;

/**
 * The keeper: a shell of a megabyte that starts the supervisor again when it dies, and ends when the supervisor ended on purpose (0) or
 * can't start as things are (78). `run` starts with the supervisor; `watch` waits for the end of one that runs, which shows as the end
 * of its standard input. How long it waits grows from start to start, and begins anew after one that ran for a while.
 */
const script = `
start=first
if [ "$1" = watch ]; then read -r line; start=again; fi
shift
pause=0.1
while :; do
  began=$(date +%s)
  COZY_KEEPER=$$ COZY_START=$start "$@" </dev/null
  code=$?
  start=again
  case $code in 0 | ${cannotStart}) exit $code ;; esac
  if [ $(($(date +%s) - began)) -ge 10 ]; then pause=0.1; fi
  sleep $pause || sleep 1
  case $pause in 0.1) pause=0.5 ;; 0.5) pause=1 ;; 1) pause=2 ;; *) pause=5 ;; esac
done
`;

export interface KeeperOptions {
  /** The supervisor's whole command line. */
  readonly command: readonly string[];
  readonly folder: string;
  readonly logFolder: string;
}

/** Starts a keeper with its supervisor, in a session of its own: it outlives whoever calls this. */
export function startKeeper(options: KeeperOptions): ChildProcess {
  return spawnKeeper("run", "ignore", options);
}

/**
 * Starts a keeper for this very process, the supervisor. Killing it on purpose (`kill("SIGKILL")`) is how it is told to start nothing
 * when the supervisor leaves.
 */
export function startWatchingKeeper(options: KeeperOptions): ChildProcess {
  return spawnKeeper("watch", "pipe", options);
}

/** Where the supervisor's own standard error goes: a crash of Node itself, or a keeper that can't start it. */
export function supervisorOutputFile(logFolder: string): string {
  return join(logFolder, "supervisor-output.log");
}

function spawnKeeper(mode: "run" | "watch", input: "ignore" | "pipe", options: KeeperOptions): ChildProcess {
  const output = openSync(supervisorOutputFile(options.logFolder), "a", 0o600);
  try {
    return spawn("/bin/sh", ["-c", script, "cozy-keeper", mode, ...options.command], {
      cwd: options.folder,
      env: keeperEnvironment(process.env),
      stdio: [input, output, output],
      detached: true,
    });
  } finally {
    closeSync(output);
  }
}

/** The deployer's own variables, which may be secret, stay with the deployer. */
function keeperEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = ["PATH", "HOME", "TZ", "LANG"];
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}
