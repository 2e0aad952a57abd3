import { CozyError, type ErrorDetails } from "../errors/cozy-error.ts";
import { pause } from "../shared/pause.ts";
import { jsonRequest, NoAnswer } from "./json-request.ts";
import { protocolFormat, type LeaveOrder } from "./protocol.ts";
import { startSupervisor, type SupervisorPlace } from "./start-supervisor.ts";
import { formatError, isErrorAnswer } from "./supervisor-answer.ts";
import type { SupervisorAddress } from "./supervisor-client.ts";
import type { SupervisorSettings } from "./supervisor-settings.ts";
import { isOlder } from "./version-order.ts";
import { whoRuns, type Running } from "./who-runs.ts";

export interface EnsuredSupervisor {
  readonly outcome: "was running" | "started" | "replaced";
  readonly pid: number;
  readonly version: string;
}

/**
 * Makes sure that a supervisor of this version or a newer one answers. An older one hands its instances over without touching them. Any
 * number of callers may do this at once: one supervisor comes of it. It does not depend on the caller's process afterwards.
 */
export async function ensureSupervisor(
  place: SupervisorPlace,
  signal: AbortSignal,
  withinMs = 15_000,
): Promise<EnsuredSupervisor> {
  refuseLongSocket(place.controlSocket);
  const until = performance.now() + withinMs;
  let outcome: EnsuredSupervisor["outcome"] = "was running";
  while (performance.now() < until) {
    const running = await whoRuns(place, signal);
    const decision = decide(running, place);
    if (running.kind === "ours" && decision === "keep") {
      return { outcome, pid: running.pid, version: running.version };
    }
    if (running.kind === "foreign" && decision === "refuse") throw formatError(running);
    if (running.kind === "between") await pause(10, signal);
    else if (running.kind === "nobody") {
      await startSupervisor(place, until, signal);
      if (outcome === "was running") outcome = "started";
    } else {
      await sendAway(place, running, signal);
      outcome = "replaced";
    }
  }
  throw new CozyError("supervisor-not-started", {
    message: `No supervisor of this cozy answered at ${place.controlSocket} in ${withinMs / 1000} s: another one begins, ends or is replaced all the time.`,
    state: "The instances go on running.",
    next: "Check that no other cozy works on this environment, then run the same command again.",
  });
}

/** What is to be done about the supervisor that runs, if any. */
export function decide(
  running: Running,
  ours: Pick<SupervisorSettings, "version" | "hash">,
): "start" | "wait" | "keep" | "replace" | "refuse" {
  if (running.kind === "nobody") return "start";
  if (running.kind === "between") return "wait";
  if (running.kind === "foreign") return Math.min(...running.speaks) > protocolFormat ? "refuse" : "replace";
  if (isOlder(running.version, ours.version)) return "replace";
  // The same version with other code is one under development.
  return running.version === ours.version && running.hash !== ours.hash ? "replace" : "keep";
}

async function sendAway(
  at: SupervisorAddress,
  running: Extract<Running, { readonly pid: number }>,
  signal: AbortSignal,
): Promise<void> {
  const format = running.kind === "foreign" ? Math.max(...running.speaks) : protocolFormat;
  try {
    const answer = await jsonRequest(
      at.controlSocket,
      "POST",
      "/leave",
      { format, pid: running.pid } satisfies LeaveOrder,
      signal,
    );
    // It may have been replaced by somebody else in the meantime, which the next look shows.
    if (answer.status === 500) throw new CozyError("supervisor-failed", leaveFailed(answer.body));
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
  }
}

function leaveFailed(body: unknown): ErrorDetails {
  const why = isErrorAnswer(body) ? body.error.message : "it did not say why";
  return {
    message: `The supervisor could not be replaced by the one of this cozy: ${why}.`,
    state: "It goes on as it is, and so do the instances.",
  };
}

/** A unix socket's path has 108 bytes on Linux and 104 on macOS, with one for its end. */
function refuseLongSocket(path: string): void {
  const most = process.platform === "linux" ? 107 : 103;
  if (Buffer.byteLength(path) <= most) return;
  throw new CozyError("supervisor-socket-too-long", {
    message: `${path} has ${Buffer.byteLength(path)} bytes; the path of a socket can have ${most}.`,
    state: "Nothing was started.",
    next: "Set COZY_HOME to a folder with a shorter path.",
  });
}
