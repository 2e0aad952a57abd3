import { CozyError } from "../errors/cozy-error.ts";
import { jsonRequest, NoAnswer } from "./json-request.ts";
import { lastOwner } from "./ownership.ts";
import { protocolFormat } from "./protocol.ts";
import { accepted, isErrorAnswer, isStateAnswer } from "./supervisor-answer.ts";
import type { SupervisorAddress } from "./supervisor-client.ts";

/** Who answers on an environment's control socket. */
export type Running =
  | { readonly kind: "nobody" }
  /** One that begins or ends just now. */
  | { readonly kind: "between" }
  | { readonly kind: "ours"; readonly pid: number; readonly version: string; readonly hash: string }
  | {
      readonly kind: "foreign";
      readonly pid: number;
      readonly version: string;
      readonly speaks: readonly number[];
    };

/** Orders are answered within milliseconds; one that takes this long is stuck. */
const answersWithinMs = 5000;

export async function whoRuns(at: SupervisorAddress, signal: AbortSignal): Promise<Running> {
  const deadline = AbortSignal.timeout(answersWithinMs);
  try {
    const path = `/state?format=${protocolFormat}`;
    const either = AbortSignal.any([signal, deadline]);
    const answer = await jsonRequest(at.controlSocket, "GET", path, undefined, either);
    if (answer.status === 503) return { kind: "between" };
    if (isErrorAnswer(answer.body) && answer.body.error.reason === "unknown-format") {
      const { pid, version, speaks } = answer.body;
      return { kind: "foreign", pid, version, speaks };
    }
    const { pid, version, hash } = accepted(answer, "GET /state", isStateAnswer);
    return { kind: "ours", pid, version, hash };
  } catch (error) {
    if (error instanceof NoAnswer)
      return { kind: lastOwner(at.folder).fate === "lives" ? "between" : "nobody" };
    if (deadline.aborted && !signal.aborted) throw stuck(at);
    throw error;
  }
}

function stuck(at: SupervisorAddress): CozyError {
  const { pid } = lastOwner(at.folder);
  return new CozyError("supervisor-not-answering", {
    message: `The supervisor${pid === undefined ? "" : ` (process ${pid})`} took the connection but did not answer within ${answersWithinMs / 1000} s.`,
    state: "The instances go on running.",
    next:
      pid === undefined
        ? "Run the same command again."
        : `kill -9 ${pid}, then run the same command again: the supervisor comes back with the same instances.`,
  });
}
