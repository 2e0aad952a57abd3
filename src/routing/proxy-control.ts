import { request as httpRequest } from "node:http";
import { CozyError, messageOf, systemCode } from "../errors/cozy-error.ts";
import { installNewest } from "../errors/install-newest.ts";
import { controlSockets } from "./control-socket.ts";
import {
  controlFormat,
  type HandoverAnswer,
  type HandoverRequest,
  type ProxyState,
  type StopAnswer,
} from "./proxy-protocol.ts";

/** Asks the running proxy for its state; `proxy-not-running` when nobody answers. */
export async function proxyState(controlSocket: string, signal: AbortSignal): Promise<ProxyState> {
  return await ask(controlSocket, "GET", "/state", undefined, isState, signal);
}

/** Has the running proxy start a new one by `command` and hand its listening socket over; answers with the new one's pid. */
export async function handover(
  controlSocket: string,
  command: readonly string[],
  signal: AbortSignal,
): Promise<HandoverAnswer> {
  const request: HandoverRequest = { format: 1, command };
  return await ask(controlSocket, "POST", "/handover", request, isHandoverAnswer, signal);
}

/** Has the running proxy accept nothing more, finish what is in flight and end. */
export async function stopProxy(controlSocket: string, signal: AbortSignal): Promise<StopAnswer> {
  return await ask(controlSocket, "POST", "/stop", { format: 1 }, isStopAnswer, signal);
}

export interface SocketInFlight {
  readonly requests: number;
  readonly streams: number;
}

/** Requests and streams in flight by socket, those of proxies that were replaced and still drain included. */
export async function inFlight(
  controlSocket: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, SocketInFlight>>> {
  const sockets = await controlSockets(controlSocket);
  const states = await Promise.all(sockets.map((socket) => stateIfAlive(socket, signal)));
  const sum: Record<string, SocketInFlight> = {};
  for (const [socket, { requests, streams }] of states.flatMap((state) =>
    Object.entries(state?.instances ?? {}),
  )) {
    const before = sum[socket] ?? { requests: 0, streams: 0 };
    sum[socket] = { requests: before.requests + requests, streams: before.streams + streams };
  }
  return sum;
}

/** Has what was served until now written to the access log, by proxies that drain too. */
export async function writtenLogs(
  controlSocket: string,
  signal: AbortSignal,
): Promise<{
  /** Whether everything is written; an older proxy keeps a line for a moment. */
  readonly whole: boolean;
  /** Lines that could not be written since the proxies started. */
  readonly lostLines: number;
}> {
  const sockets = await controlSockets(controlSocket);
  const states = await Promise.all(sockets.map((socket) => stateIfAlive(socket, signal)));
  const answers = states.filter((state) => state !== undefined);
  return {
    whole: answers.every(({ logWritten }) => logWritten === true),
    lostLines: answers.reduce((sum, { lostLogLines }) => sum + lostLogLines, 0),
  };
}

/** A proxy that was killed leaves its socket behind. */
async function stateIfAlive(socket: string, signal: AbortSignal): Promise<ProxyState | undefined> {
  try {
    return await proxyState(socket, signal);
  } catch (error) {
    if (error instanceof CozyError && error.code === "proxy-not-running") return undefined;
    throw error;
  }
}

async function ask<Answer extends object>(
  socket: string,
  method: string,
  path: string,
  body: unknown,
  isAnswer: (value: object) => value is Answer,
  signal: AbortSignal,
): Promise<Answer> {
  signal.throwIfAborted();
  const { status, text } = await exchange(socket, method, path, body, signal).catch((error: unknown) => {
    throw signal.aborted ? signal.reason : notRunning(socket, error);
  });
  const answer = parsed(text);
  if ("format" in answer && Number(answer.format) > controlFormat) {
    throw new CozyError("proxy-too-new", {
      message: `The running proxy speaks format ${String(answer.format)}; this cozy understands format ${controlFormat}.`,
      state: "The proxy goes on serving; nothing was changed.",
      next: installNewest,
    });
  }
  if (status === 200 && isAnswer(answer)) return answer;
  throw new CozyError("proxy-refused", {
    message: `The proxy refused ${method} ${path}: ${"error" in answer ? String(answer.error) : `status ${status}`}`,
    state: "The proxy that ran before goes on serving.",
    next: "Look at the end of proxy.log in the environment's logs folder.",
  });
}

function parsed(text: string): object {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

function isState(value: object): value is ProxyState {
  return "pid" in value && "table" in value && "instances" in value;
}

function isHandoverAnswer(value: object): value is HandoverAnswer {
  return "pid" in value;
}

function isStopAnswer(value: object): value is StopAnswer {
  return "stopping" in value;
}

async function exchange(
  socketPath: string,
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const asked = httpRequest({ socketPath, method, path, signal, agent: false }, (response) => {
    let text = "";
    response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    response.on("end", () => resolve({ status: response.statusCode ?? 0, text })).on("error", reject);
  });
  asked.on("error", reject);
  asked.end(body === undefined ? undefined : JSON.stringify(body));
  return await promise;
}

function notRunning(socket: string, error: unknown): CozyError {
  return new CozyError("proxy-not-running", {
    message: `No proxy answers at ${socket} (${systemCode(error) ?? messageOf(error)}).`,
    next: "A deploy starts it: cozy deploy <environment>",
    cause: error,
  });
}
