import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { messageOf } from "../../shared/thrown.ts";
import type { ErrorAnswer, RefusalReason } from "../protocol.ts";
import { isRecord } from "./checks.ts";

/** An order that is not carried out; the answer says why. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** What is carried out for `PUT /instances` and the like; the order's format is one that is spoken. */
export type OrderHandler = (order: Readonly<Record<string, unknown>>) => Promise<object>;

export interface ControlServerOptions {
  readonly socket: string;
  readonly formats: readonly number[];
  readonly version: string;
  /** By method and path. */
  readonly orders: Readonly<Record<string, OrderHandler>>;
  /** An answer is on its way, or nobody is there to take it. */
  readonly onAnswered: () => void;
  readonly onDefect: (order: string, error: unknown) => void;
}

/** Listens on the control socket. Only the owner of the environment's supervisor calls this, so what lies there is stale. */
export async function listen(options: ControlServerOptions): Promise<Server> {
  mkdirSync(dirname(options.socket), { recursive: true, mode: 0o700 });
  rmSync(options.socket, { force: true });
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing, options));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  const umask = process.umask(0o177);
  try {
    server.listen(options.socket, resolve);
  } finally {
    process.umask(umask);
  }
  await promise;
  chmodSync(options.socket, 0o600);
  return server;
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  options: ControlServerOptions,
): Promise<void> {
  const { pathname, searchParams } = new URL(incoming.url ?? "/", "http://supervisor");
  const name = `${incoming.method ?? ""} ${pathname}`;
  outgoing.once("close", options.onAnswered);
  try {
    const order =
      incoming.method === "GET" ? { format: Number(searchParams.get("format")) } : await bodyOf(incoming);
    const { format } = order;
    if (!options.formats.includes(Number(format))) {
      throw new Refusal("unknown-format", `format ${String(format)} is not spoken here`);
    }
    const handler = options.orders[name];
    if (handler === undefined) throw new Refusal("unknown-order", `${name} is no order`);
    send(outgoing, 200, { format, ...(await handler(order)) });
  } catch (error) {
    if (!(error instanceof Refusal)) options.onDefect(name, error);
    const reason = error instanceof Refusal ? error.reason : "defect";
    send(outgoing, statusOf(reason), {
      format: Math.max(...options.formats),
      error: { reason, message: messageOf(error) },
      speaks: options.formats,
      version: options.version,
      pid: process.pid,
    } satisfies ErrorAnswer);
  }
}

function statusOf(reason: RefusalReason): number {
  if (reason === "defect" || reason === "not-stopped") return 500;
  if (reason === "handover-failed") return 502;
  if (reason === "leaving") return 503;
  if (reason === "not-me") return 409;
  return reason === "unknown-order" ? 404 : 400;
}

const largestBody = 8_000_000;

async function bodyOf(incoming: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > largestBody)
      throw new Refusal("bad-order", `an order of over ${largestBody} bytes is not read`);
    parts.push(part);
  }
  let body: unknown;
  try {
    body = JSON.parse(Buffer.concat(parts).toString("utf8"));
  } catch {
    throw new Refusal("bad-order", "the order is not JSON");
  }
  if (!isRecord(body)) throw new Refusal("bad-order", "the order is not an object");
  return body;
}

function send(outgoing: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  outgoing.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    connection: "close",
  });
  outgoing.end(text);
}
