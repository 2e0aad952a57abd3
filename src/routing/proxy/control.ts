import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { chmod, mkdir, readlink, rename, rm, symlink } from "node:fs/promises";
import { once } from "node:events";
import { basename, dirname } from "node:path";
import { messageOf, systemCode } from "../../errors/cozy-error.ts";
import { controlSocketOf, controlSockets, pidOf } from "../control-socket.ts";
import type { ControlError, HandoverAnswer, ProxyState, StopAnswer } from "../proxy-protocol.ts";

export interface Controlled {
  state(): ProxyState;
  /** Ends with the new proxy's pid once it answers; this one must drain after that. */
  handOver(command: readonly string[]): Promise<number>;
  stop(): void;
}

/**
 * Answers on a socket of its own, `control.<pid>.sock`, and has `control.sock` lead to it by one rename. So a proxy that drains can
 * still be asked what it has in flight, and no question falls between two proxies.
 */
export async function openControl(controlSocket: string, controlled: Controlled): Promise<Control> {
  const own = controlSocketOf(controlSocket, process.pid);
  await mkdir(dirname(controlSocket), { recursive: true, mode: 0o700 });
  await rm(own, { force: true });
  await removeDead(controlSocket);
  const server = createServer({ keepAliveTimeout: 1 }, (request, response) => {
    answer(controlled, request).then(
      (body) => send(response, 200, body),
      (error: unknown) => send(response, error instanceof NotUnderstood ? error.status : 500, failure(error)),
    );
  });
  server.listen(own);
  await once(server, "listening");
  await chmod(own, 0o600);
  const link = `${own}.tmp`;
  await rm(link, { force: true });
  await symlink(basename(own), link);
  await rename(link, controlSocket);
  return {
    async close() {
      server.close();
      server.closeAllConnections();
      await rm(own, { force: true });
      if (await leadsTo(controlSocket, basename(own))) await rm(controlSocket, { force: true });
    },
  };
}

export interface Control {
  close(): Promise<void>;
}

type Answer = ProxyState | HandoverAnswer | StopAnswer;

async function answer(controlled: Controlled, request: IncomingMessage): Promise<Answer> {
  switch (`${request.method} ${request.url}`) {
    case "GET /state":
      return controlled.state();
    case "POST /handover":
      return { format: 1, pid: await controlled.handOver(await commandOf(request)) };
    case "POST /stop":
      controlled.stop();
      return { format: 1, stopping: true };
    default:
      throw new NotUnderstood(404, `There is no ${request.method} ${request.url}.`);
  }
}

class NotUnderstood extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function commandOf(request: IncomingMessage): Promise<readonly string[]> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += String(chunk);
    if (text.length > 64 * 1024) throw new NotUnderstood(413, "The request is too long.");
  }
  let asked: unknown;
  try {
    asked = JSON.parse(text);
  } catch (error) {
    throw new NotUnderstood(400, `The request is no JSON: ${messageOf(error)}`);
  }
  const { format, command }: { format?: unknown; command?: unknown } = Object(asked);
  if (format !== 1) throw new NotUnderstood(400, `This proxy understands format 1, not ${String(format)}.`);
  if (!Array.isArray(command) || !command.every((part) => typeof part === "string") || command.length < 2) {
    throw new NotUnderstood(400, "command must be the new proxy's command line.");
  }
  return command;
}

function failure(error: unknown): ControlError {
  return { format: 1, error: messageOf(error) };
}

function send(response: ServerResponse, status: number, body: Answer | ControlError): void {
  const text = JSON.stringify(body);
  const length = Buffer.byteLength(text);
  response.writeHead(status, {
    "Content-Type": "application/json",
    "Content-Length": length,
    Connection: "close",
  });
  response.end(text);
}

/** Sockets of proxies that were killed. */
async function removeDead(controlSocket: string): Promise<void> {
  for (const socket of await controlSockets(controlSocket)) {
    if (!isAlive(pidOf(socket))) await rm(socket, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}

async function leadsTo(link: string, target: string): Promise<boolean> {
  try {
    return (await readlink(link)) === target;
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "EINVAL") return false;
    throw error;
  }
}
