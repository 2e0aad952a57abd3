import { execFile } from "node:child_process";

export interface ProgramResult {
  /** `null` where a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of this machine to its end; rejects where it can't be started, and when the signal is aborted. */
export type RunProgram = (command: readonly string[], signal: AbortSignal) => Promise<ProgramResult>;

/** What journald may answer at once. */
const mostBytes = 64 * 1024 * 1024;

export const runProgram: RunProgram = async ([program = "", ...args], signal) => {
  signal.throwIfAborted();
  const options = { signal, maxBuffer: mostBytes, encoding: "utf8", env: plainEnvironment() } as const;
  return new Promise((resolve, reject) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      if (signal.aborted) reject(signal.reason);
      else if (error === null) resolve({ exitCode: 0, stdout, stderr });
      else if (typeof error.code === "number") resolve({ exitCode: error.code, stdout, stderr });
      else if (error.signal) resolve({ exitCode: null, stdout, stderr });
      else reject(error);
    });
  });
};

/** Neither a language nor a pager of the user's may change what programs say. */
function plainEnvironment(): NodeJS.ProcessEnv {
  return { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8", SYSTEMD_PAGER: "", SYSTEMD_COLORS: "0" };
}
