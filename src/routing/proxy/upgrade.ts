import { request as httpRequest, ServerResponse, type IncomingMessage } from "node:http";
import { connect, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { messageOf, systemCode } from "../../errors/cozy-error.ts";
import { proofHeaders } from "../proof-token.ts";
import { bucketName } from "../route-table.ts";
import { readAnswerHead } from "./answer-head.ts";
import type { Context } from "./context.ts";
import { cookieOf } from "./exchange.ts";
import { bucketFor } from "./front.ts";
import type { Instance } from "./instance.ts";
import { answerPage, pages } from "./page.ts";
import { BadRequest, readHead, type RequestHead } from "./request-head.ts";
import type { Table } from "./routes.ts";

/** WebSockets and other upgrades: a connection of their own to the instance, and bytes both ways once it agreed. */
export function upgradesOf(context: Context) {
  return (request: IncomingMessage, client: Duplex, first: Buffer): void => {
    // An HTTP server without TLS has no other connections.
    if (!(client instanceof Socket)) {
      client.destroy();
      return;
    }
    client.on("error", () => client.destroy());
    client.setTimeout(0);
    let head: RequestHead;
    try {
      head = readHead(request, context.peers.of(client));
      if (!request.url?.startsWith("/")) throw new BadRequest("The target is no path.");
    } catch (error) {
      if (!(error instanceof BadRequest)) throw error;
      answerPage(responseOn(request, client), 400, pages.badRequest, { close: true });
      return;
    }
    void new Upgrade(context, request, client, first, head).start();
  };
}

class Upgrade {
  readonly #context: Context;
  readonly #request: IncomingMessage;
  readonly #client: Socket;
  readonly #first: Buffer;
  readonly #head: RequestHead;
  readonly #bucket: number;
  readonly #probe: boolean;
  readonly #startedAt = performance.now();
  readonly #time = new Date().toISOString();
  readonly #table: Table | undefined;
  #tries = 0;

  constructor(context: Context, request: IncomingMessage, client: Socket, first: Buffer, head: RequestHead) {
    this.#context = context;
    this.#request = request;
    this.#client = client;
    this.#first = first;
    this.#head = head;
    this.#probe = context.proofs.isValid(head.proof);
    this.#bucket = bucketFor(context, head, this.#probe);
    this.#table = context.routes.table;
  }

  /** Connects to the bucket's instance, or to another of its release where that one can't be reached. */
  async start(): Promise<void> {
    const chosen = this.#table?.instances[this.#bucket];
    const mates = chosen ? (this.#table?.byRelease.get(chosen.release) ?? []) : [];
    let failure = "no table";
    for (const instance of new Set(chosen ? [chosen, ...mates] : [])) {
      this.#tries++;
      try {
        this.#talk(instance, await connected(instance, this.#context.settings.timeouts.connectMs));
        return;
      } catch (error) {
        failure = systemCode(error) ?? messageOf(error);
      }
      if (this.#client.destroyed) break;
    }
    this.#refuse(chosen, chosen ? 502 : 503, failure);
  }

  #talk(instance: Instance, upstream: Socket): void {
    let settled = false;
    instance.requests++;
    upstream.on("error", () => upstream.destroy());
    const asked = httpRequest({
      createConnection: () => upstream,
      method: this.#request.method,
      path: this.#request.url,
      headers: [
        ...this.#head.headers,
        "Connection",
        "Upgrade",
        "Upgrade",
        this.#request.headers.upgrade ?? "",
      ],
      timeout: this.#context.settings.timeouts.answerMs,
    });
    const onClientGone = () => asked.destroy();
    const settle = (): boolean => {
      const first = !settled;
      settled = true;
      if (first) {
        instance.requests--;
        this.#client.off("close", onClientGone);
      }
      return first;
    };
    this.#client.once("close", onClientGone);
    asked.on("upgrade", (answer, _, early) => {
      if (settle()) this.#pipe(instance, upstream, answer, early);
    });
    asked.on("response", (answer) => {
      if (settle()) this.#relay(instance, answer);
    });
    asked.on("timeout", () => {
      if (settle()) this.#refuse(instance, 504, "no answer in time");
      asked.destroy();
    });
    asked.on("error", (error) => {
      if (settle()) this.#refuse(instance, 502, systemCode(error) ?? error.message);
    });
    asked.end();
  }

  /** The instance agreed: from here on the proxy only carries bytes, and one side's end is told to the other. */
  #pipe(instance: Instance, upstream: Socket, answer: IncomingMessage, early: Buffer): void {
    const client = this.#client;
    instance.streams++;
    let bytes = early.length;
    const upstreamMs = performance.now() - this.#startedAt;
    let open = 2;
    const onClose = () => {
      if (--open > 0) return;
      instance.streams--;
      this.#log(instance, 101, bytes, { stream: "websocket", upstreamMs });
    };
    client.once("close", onClose).once("close", () => upstream.destroy());
    upstream.once("close", onClose).once("close", () => client.destroySoon());
    upstream.on("data", (chunk: Buffer) => (bytes += chunk.length));
    upstream.setTimeout(0);
    client.setNoDelay(true);
    client.write(this.#switchingHead(instance, answer), "latin1");
    if (early.length > 0) client.write(early);
    if (this.#first.length > 0) upstream.write(this.#first);
    client.pipe(upstream);
    upstream.pipe(client);
  }

  #switchingHead(instance: Instance, answer: IncomingMessage): string {
    const { headers } = readAnswerHead(answer.rawHeaders);
    headers.push("Connection", "Upgrade", "Upgrade", answer.headers.upgrade ?? "");
    this.#addOwn(instance, headers);
    let text = `HTTP/1.1 101 Switching Protocols\r\n`;
    for (let at = 0; at < headers.length; at += 2) text += `${headers[at]}: ${headers[at + 1]}\r\n`;
    return `${text}\r\n`;
  }

  /** The instance answered as to any request: its answer goes to the client, and the connection ends. */
  #relay(instance: Instance, answer: IncomingMessage): void {
    const response = responseOn(this.#request, this.#client);
    const upstreamMs = performance.now() - this.#startedAt;
    const { headers } = readAnswerHead(answer.rawHeaders);
    this.#addOwn(instance, headers);
    const status = answer.statusCode ?? 502;
    let bytes = 0;
    instance.requests++;
    response.once("close", () => {
      instance.requests--;
      answer.destroy();
      this.#log(instance, status, bytes, { upstreamMs });
    });
    response.writeHead(status, [...headers, "Connection", "close"]);
    answer.on("data", (chunk: Buffer) => (bytes += chunk.length));
    answer.on("error", () => response.destroy());
    answer.pipe(response);
  }

  #refuse(instance: Instance | undefined, status: number, error: string): void {
    if (this.#client.destroyed) {
      this.#log(instance, 499, 0, { error: "the client went away" });
      return;
    }
    const response = responseOn(this.#request, this.#client);
    let bytes = 0;
    response.once("close", () => this.#log(instance, status, bytes, { error }));
    const text = { 502: pages.unreachable, 503: pages.noRelease, 504: pages.tooSlow }[status] ?? "";
    bytes = answerPage(response, status, text, { id: this.#head.id, close: true });
  }

  #addOwn(instance: Instance, headers: string[]): void {
    if (this.#head.bucket === -1 && !this.#probe) {
      headers.push("Set-Cookie", cookieOf(this.#bucket, this.#head.proto));
    }
    if (this.#probe) {
      headers.push(proofHeaders.release, instance.release, proofHeaders.instance, instance.name);
    }
  }

  #log(
    instance: Instance | undefined,
    status: number,
    bytes: number,
    more: { stream?: "websocket"; upstreamMs?: number; error?: string },
  ): void {
    const url = this.#request.url ?? "";
    this.#context.log({
      format: 1,
      time: this.#time,
      method: this.#request.method ?? "",
      path: url.split("?", 1)[0] ?? "",
      query: url.includes("?"),
      status,
      ms: performance.now() - this.#startedAt,
      bytes,
      bucket: bucketName(this.#bucket),
      ...(this.#table ? { table: this.#table.number } : {}),
      ...(instance ? { release: instance.release, instance: instance.name } : {}),
      address: this.#head.address,
      id: this.#head.id,
      agent: this.#head.agent,
      tries: this.#tries,
      ...(this.#probe ? { probe: true } : {}),
      ...more,
    });
  }
}

/** Node took its parser off the connection; this lends it the writer of answers again. */
function responseOn(request: IncomingMessage, client: Socket): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(client);
  response.once("finish", () => client.destroySoon());
  return response;
}

/** `allowHalfOpen`: that one side has nothing more to say does not end what the other says. */
async function connected(instance: Instance, timeoutMs: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect({ path: instance.socket, allowHalfOpen: true });
  const timer = setTimeout(() => socket.destroy(new Error("no connection in time")), timeoutMs);
  socket.once("connect", () => {
    socket.off("error", reject);
    resolve(socket);
  });
  socket.once("error", reject);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
