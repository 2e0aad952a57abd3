import type { SmokeCheck } from "../../project/project.ts";
import { redactor } from "../../secrets/redactor.ts";
import type { CheckAnswer, CommandResult } from "../host.ts";
import { faultText } from "./check-instance.ts";
import { CookieJar } from "./cookie-jar.ts";
import { smokeRequest, type SmokeInstance, type SmokeRequest } from "./smoke-request.ts";

export interface SmokeTarget {
  /** The sockets of the release's web instances. */
  readonly sockets: readonly string[];
  /** The environment of the release. */
  readonly variables: Readonly<Record<string, string>>;
  /** The names of those whose values must not be seen. */
  readonly secrets: readonly string[];
  run(command: readonly string[], signal: AbortSignal): Promise<CommandResult>;
}

/**
 * Asks every web instance every request, and runs each command once, in the order of the checks; each instance gets back the cookies
 * that it has set. All checks are made, so that all faults are told at once.
 */
export async function smokeRelease(
  target: SmokeTarget,
  checks: readonly SmokeCheck[],
  signal: AbortSignal,
): Promise<CheckAnswer[]> {
  const { sockets, variables } = target;
  const instances = sockets.map((socket) => ({ socket, jar: new CookieJar(), variables }));
  const redact = redactor(unseen(target, checks));
  const answers: CheckAnswer[] = [];
  for (const check of checks) {
    const answer =
      check.kind === "request"
        ? await request(instances, check, signal)
        : await command(target, check, signal);
    // A page may quote what it was sent.
    answers.push({ ...answer, reason: answer.reason === undefined ? undefined : redact(answer.reason) });
  }
  return answers;
}

async function request(
  instances: readonly SmokeInstance[],
  check: SmokeRequest,
  signal: AbortSignal,
): Promise<CheckAnswer> {
  const start = performance.now();
  const fault = await (writes(check) ? oneByOne : atOnce)(instances, check, signal);
  const reason =
    instances.length === 0
      ? "there is no web instance to ask"
      : fault === undefined
        ? undefined
        : faultText(fault);
  return answer(`${check.method ?? "GET"} ${check.path}`, reason, start);
}

function writes({ method = "GET" }: SmokeRequest): boolean {
  return method !== "GET" && method !== "HEAD";
}

async function atOnce(instances: readonly SmokeInstance[], check: SmokeRequest, signal: AbortSignal) {
  const faults = await Promise.all(instances.map((instance) => smokeRequest(instance, check, signal)));
  return faults.find((fault) => fault !== undefined);
}

/** The same write by all instances in the same moment would be a test of its own, which a sound release may fail. */
async function oneByOne(instances: readonly SmokeInstance[], check: SmokeRequest, signal: AbortSignal) {
  for (const instance of instances) {
    const fault = await smokeRequest(instance, check, signal);
    if (fault !== undefined) return fault;
  }
  return undefined;
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

/** Values of the release's secrets, and of the variables that a form sends. */
function unseen({ variables, secrets }: SmokeTarget, checks: readonly SmokeCheck[]): string[] {
  const sent = checks.flatMap((check) =>
    check.kind === "request" && check.form
      ? Object.values(check.form.fields).flatMap((value) =>
          typeof value === "string" ? [] : [value.variable],
        )
      : [],
  );
  return [...secrets, ...sent].map((name) => variables[name] ?? "");
}

function answer(check: string, reason: string | undefined, start: number): CheckAnswer {
  return { check, ok: reason === undefined, reason, durationMs: performance.now() - start };
}
