import { execa } from "execa";
import type { Limits } from "../../project/project.ts";
import type { CommandResult } from "../host.ts";
import type { OnceRequest } from "../machine/once-request.ts";

const tailLines = 30;

/** Runs a command to its end with just these variables; aborting sends SIGTERM, then SIGKILL after five seconds. */
export async function runOnce(request: OnceRequest, signal: AbortSignal): Promise<CommandResult> {
  const [program, ...args] = withLimits(request.command, request.limits);
  if (program === undefined) return { exitCode: 127, signal: null, tail: ["The command is empty."] };
  const { redact = (line) => line } = request;
  const tail: string[] = [];
  const child = execa(program, args, {
    cwd: request.folder,
    env: { ...request.variables },
    extendEnv: false,
    stdin: "ignore",
    buffer: false,
    reject: false,
    cancelSignal: signal,
    forceKillAfterDelay: 5_000,
  });
  const collect = (stream: "stdout" | "stderr") => async () => {
    for await (const written of child.iterable({ from: stream })) {
      const line = redact(written);
      tail.push(line);
      if (tail.length > tailLines) tail.shift();
      request.onOutput?.(stream, line);
    }
  };
  const [result] = await Promise.all([child, collect("stdout")(), collect("stderr")()]);
  signal.throwIfAborted();
  if (result.exitCode === undefined && result.signal === undefined) {
    return {
      exitCode: 127,
      signal: null,
      tail: [...tail, result.shortMessage ?? "The command could not be started."],
    };
  }
  return { exitCode: result.exitCode ?? null, signal: result.signal ?? null, tail };
}

/** Open files are limited by the shell's own `ulimit`; the command stays an argument vector. */
export function withLimits(command: readonly string[], limits: Limits): readonly string[] {
  if (limits.openFiles === undefined) return command;
  return [
    "/bin/sh",
    "-c",
    'ulimit -n "$1" && shift && exec "$@"',
    "sh",
    String(limits.openFiles),
    ...command,
  ];
}
