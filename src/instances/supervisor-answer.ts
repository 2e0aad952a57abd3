import { CozyError } from "../errors/cozy-error.ts";
import type { InstanceStatus } from "./instance.ts";
import type { JsonAnswer } from "./json-request.ts";
import {
  protocolFormat,
  type Answer,
  type ErrorAnswer,
  type InstancesAnswer,
  type ProxyAnswer,
  type StateAnswer,
  type StopAnswer,
} from "./protocol.ts";

/** The body of a good answer, or the error that it stands for. */
export function accepted<T extends Answer>(
  answer: JsonAnswer,
  order: string,
  is: (body: unknown) => body is T,
): T {
  if (answer.status === 200 && is(answer.body)) return answer.body;
  throw errorOf(answer.body, order, answer.status);
}

export function isAnswer(body: unknown): body is Answer {
  return isRecord(body) && body["format"] === protocolFormat;
}

export function isInstancesAnswer(body: unknown): body is InstancesAnswer {
  return isAnswer(body) && "instances" in body && Array.isArray(body.instances);
}

export function isStopAnswer(body: unknown): body is StopAnswer {
  return isInstancesAnswer(body) && (!("killed" in body) || Array.isArray(body.killed));
}

export function isStateAnswer(body: unknown): body is StateAnswer {
  return isInstancesAnswer(body) && "pid" in body && "version" in body && "hash" in body;
}

export function isProxyAnswer(body: unknown): body is ProxyAnswer {
  return isAnswer(body) && "outcome" in body && "proxy" in body;
}

export function isErrorAnswer(body: unknown): body is ErrorAnswer {
  return isRecord(body) && isRecord(body["error"]) && Array.isArray(body["speaks"]);
}

/** JSON leaves out what is not there; a status has it as `undefined`, whoever it comes from. */
export function wholeStatus(status: InstanceStatus): InstanceStatus {
  const { pid, startedAt, lastExit, retireAt, memoryBytes, socket } = status;
  return { ...status, pid, startedAt, lastExit, retireAt, memoryBytes, socket };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function errorOf(body: unknown, order: string, status: number): CozyError {
  if (!isErrorAnswer(body)) {
    const message = `The supervisor answered ${order} with ${status} and nothing that is understood.`;
    return new CozyError("supervisor-failed", { message });
  }
  const { reason, message } = body.error;
  if (reason === "unknown-format") return formatError(body);
  if (reason === "not-stopped") {
    return new CozyError("instance-not-stopped", {
      message: `${message}.`,
      state: "The supervisor still watches it; the others are stopped.",
      next: "Look at what the process waits for (`ps -o stat,wchan -p <pid>`), then run the same command again.",
    });
  }
  if (reason === "handover-failed") {
    return new CozyError("proxy-not-replaced", {
      message,
      state: "The proxy that ran before goes on serving.",
    });
  }
  return new CozyError("supervisor-failed", { message: `The supervisor refused ${order}: ${message}.` });
}

export function formatError(answer: Pick<ErrorAnswer, "speaks" | "version" | "pid">): CozyError {
  const spoken = answer.speaks.join(", ");
  const what = `Supervisor ${answer.pid} is of cozy ${answer.version} and speaks format ${spoken}; this cozy speaks format ${protocolFormat}.`;
  if (Math.min(...answer.speaks) > protocolFormat) {
    return new CozyError("supervisor-too-new", {
      message: what,
      state: "Nothing was changed; the instances go on running.",
      next: `Install cozy ${answer.version} or newer: npm install --save-dev cozywish@${answer.version}`,
    });
  }
  return new CozyError("supervisor-too-old", {
    message: what,
    state: "Nothing was changed; the instances go on running.",
    next: "Run a deploy: it replaces the supervisor and leaves the instances running.",
  });
}
