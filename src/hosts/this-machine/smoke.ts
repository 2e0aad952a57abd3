import type { SmokeCheck } from "../../project/project.ts";
import type { CheckAnswer, CommandResult } from "../host.ts";
import { checkInstance } from "./check-instance.ts";

export interface SmokeTarget {
  /** The sockets of the release's web instances. */
  readonly sockets: readonly string[];
  run(command: readonly string[], signal: AbortSignal): Promise<CommandResult>;
}

/** Asks every web instance every request, and runs each command once; all are asked, so that all faults are told at once. */
export async function smokeRelease(
  target: SmokeTarget,
  checks: readonly SmokeCheck[],
  signal: AbortSignal,
): Promise<CheckAnswer[]> {
  const answers: CheckAnswer[] = [];
  for (const check of checks) {
    answers.push(
      check.kind === "request" ? await request(target, check, signal) : await command(target, check, signal),
    );
  }
  return answers;
}

async function request(
  { sockets }: SmokeTarget,
  check: SmokeCheck & { kind: "request" },
  signal: AbortSignal,
): Promise<CheckAnswer> {
  const start = performance.now();
  const one = { ...check, timeoutMs: check.withinMs };
  const reasons = await Promise.all(sockets.map((socket) => checkInstance(socket, one, signal)));
  const reason =
    sockets.length === 0 ? "there is no web instance to ask" : reasons.find((fault) => fault !== undefined);
  return answer(`GET ${check.path}`, reason, start);
}

async function command(
  target: SmokeTarget,
  check: SmokeCheck & { kind: "command" },
  signal: AbortSignal,
): Promise<CheckAnswer> {
  const start = performance.now();
  const deadline = AbortSignal.timeout(check.withinMs);
  const name = check.command.join(" ");
  try {
    const result = await target.run(check.command, AbortSignal.any([signal, deadline]));
    const reason =
      result.exitCode === 0
        ? undefined
        : [`ended with ${result.signal ?? result.exitCode}`, ...result.tail.slice(-3)].join(": ");
    return answer(name, reason, start);
  } catch (error) {
    signal.throwIfAborted();
    if (!deadline.aborted) throw error;
    return answer(name, `did not end within ${check.withinMs / 1000} s`, start);
  }
}

function answer(check: string, reason: string | undefined, start: number): CheckAnswer {
  return { check, ok: reason === undefined, reason, durationMs: performance.now() - start };
}
