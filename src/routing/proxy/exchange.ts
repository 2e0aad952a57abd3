import { STATUS_CODES, type IncomingMessage, type ServerResponse } from "node:http";
import type { Client as UndiciClient, Dispatcher } from "undici";
import { systemCode } from "../../errors/cozy-error.ts";
import { bucketName, buckets } from "../route-table.ts";
import { proofHeaders } from "../proof-token.ts";
import { readAnswerHead } from "./answer-head.ts";
import { bucketCookie } from "./bucket.ts";
import { timeNow } from "./clock.ts";
import type { Context } from "./context.ts";
import type { Instance, Use } from "./instance.ts";
import { answerPage, pages } from "./page.ts";
import { readToItsEnd, RequestBody } from "./request-body.ts";
import type { RequestHead } from "./request-head.ts";
import type { Table } from "./routes.ts";

export interface ExchangeParts {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly head: RequestHead;
  readonly path: string;
  readonly bucket: number;
  readonly table: Table;
  /** Whom the bucket leads to. */
  readonly instance: Instance;
  readonly setsCookie: boolean;
  readonly probe: boolean;
  readonly expectsContinue: boolean;
}

/**
 * One request on its way to an instance and its answer on the way back. It is itself the handler of undici's dispatch, since a set of
 * closures a request costs more than the rest of what is done here.
 *
 * A request that could not be sent is tried on the other instances of its release. One that was sent is tried once more only when its
 * method is idempotent, it has no body and nothing of an answer came: a POST is never sent twice.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #context: Context;
  readonly #parts: ExchangeParts;
  readonly #use: Use;
  readonly #startedAt = performance.now();
  readonly #time = timeNow();
  #instance: Instance;
  #client: UndiciClient | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #body: RequestBody | undefined;
  #tried: Instance[] = [];
  #sentAgain = false;
  #sent = false;
  #answered = false;
  #wrote = false;
  #gone = false;
  #paused = false;
  #expectedBytes = -1;
  #bytes = 0;
  #upstreamMs: number | undefined;
  #stream: "event-stream" | undefined;
  #error: string | undefined;

  constructor(context: Context, parts: ExchangeParts) {
    this.#context = context;
    this.#parts = parts;
    this.#use = parts.head.hasBody ? "body" : "plain";
    this.#instance = parts.instance;
    this.#instance.requests++;
    parts.response.on("close", () => this.#close());
    this.#send(this.#instance, false);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#sent = true;
    if (this.#gone) controller.abort(new Error("the client went away"));
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _: unknown,
    reason?: string,
  ): void {
    if (status < 200) return;
    this.#upstreamMs = performance.now() - this.#startedAt;
    this.#answered = true;
    const { rawHeaders } = controller;
    const head = readAnswerHead(Array.isArray(rawHeaders) ? rawHeaders : []);
    this.#addOwn(head.headers);
    this.#expectedBytes = head.length;
    if (head.eventStream) this.#becomesStream();
    const { response } = this.#parts;
    response.writeHead(status, reasonPhrase(status, reason), head.headers);
    // The head goes out with the first part of the body where both came together, and at once where they did not.
    queueMicrotask(() => {
      if (!this.#wrote) response.flushHeaders();
    });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const { response } = this.#parts;
    this.#wrote = true;
    this.#bytes += chunk.length;
    if (this.#bytes === this.#expectedBytes) {
      endWith(response, chunk);
    } else if (!response.write(chunk) && !this.#paused) {
      this.#paused = true;
      controller.pause();
      response.once("drain", () => {
        this.#paused = false;
        controller.resume();
      });
    }
  }

  onResponseEnd(): void {
    this.#wrote = true;
    const client = this.#client;
    this.#client = undefined;
    if (client) this.#instance.give(client, this.#use);
    if (!this.#parts.response.writableEnded) this.#parts.response.end();
  }

  onResponseError(_: unknown, error: Error): void {
    const client = this.#client;
    this.#client = undefined;
    if (client) this.#instance.discard(client);
    if (this.#gone || this.#parts.response.writableEnded) return;
    this.#error ??= reasonOf(error);
    // An answer that was cut has to look cut: the client's connection ends in the middle of it.
    if (this.#parts.response.headersSent) this.#parts.response.destroy();
    else if (!this.#sent) void this.#sendElsewhere(error);
    else if (this.#maySendAgain(error)) this.#sendAgain();
    else this.#refuse(error);
  }

  #send(instance: Instance, fresh: boolean): void {
    const { request, head, path } = this.#parts;
    this.#move(instance);
    this.#tried.push(instance);
    this.#sent = false;
    this.#controller = undefined;
    this.#client = fresh ? instance.fresh(this.#use) : instance.take(this.#use);
    if (head.hasBody) this.#body = this.#newBody();
    this.#client.dispatch(
      {
        method: request.method ?? "GET",
        path,
        headers: head.headers,
        body: this.#body ?? null,
      },
      this,
    );
  }

  /** Nothing was sent: any other instance of the release will do, or what a newer table says. */
  async #sendElsewhere(error: Error): Promise<void> {
    if (isRefusal(error)) return this.#refuse(error);
    let next = this.#sibling();
    if (!next) {
      await this.#context.routes.refresh();
      next = this.#sibling() ?? this.#newcomer();
    }
    if (this.#gone) return;
    if (next) this.#send(next, false);
    else this.#refuse(error);
  }

  #maySendAgain(error: Error): boolean {
    const { request, head } = this.#parts;
    if (this.#answered || this.#sentAgain || head.hasBody || timeouts.has(systemCode(error) ?? ""))
      return false;
    return idempotent.has(request.method ?? "");
  }

  /** A pooled connection was closed while the request was on its way, or the instance died: once more, on a new connection. */
  #sendAgain(): void {
    this.#sentAgain = true;
    this.#send(this.#sibling() ?? this.#instance, true);
  }

  #sibling(): Instance | undefined {
    const table = this.#context.routes.table ?? this.#parts.table;
    const mates = table.byRelease.get(this.#instance.release) ?? [];
    return mates.find((mate) => !this.#tried.includes(mate));
  }

  /** Whom the bucket leads to in a table that came into force meanwhile. */
  #newcomer(): Instance | undefined {
    const instance = this.#context.routes.table?.instances[this.#parts.bucket];
    return instance && !this.#tried.includes(instance) ? instance : undefined;
  }

  #move(instance: Instance): void {
    if (instance === this.#instance) return;
    this.#instance.requests--;
    instance.requests++;
    this.#instance = instance;
  }

  #newBody(): RequestBody {
    const { request, response, expectsContinue } = this.#parts;
    return new RequestBody(request, {
      onWanted: () => {
        if (expectsContinue && !response.headersSent) response.writeContinue();
      },
      onIdle: () => this.#bodyIsLate(),
      idleMs: this.#context.settings.timeouts.requestBodyMs,
    });
  }

  #bodyIsLate(): void {
    this.#error = "the request's body stopped";
    const { response, head } = this.#parts;
    if (!response.headersSent) {
      this.#bytes = answerPage(response, 408, pages.bodyTooSlow, { id: head.id, close: true });
    } else response.destroy();
    this.#controller?.abort(new Error(this.#error));
  }

  #becomesStream(): void {
    this.#stream = "event-stream";
    this.#instance.requests--;
    this.#instance.streams++;
  }

  /** The headers that are the proxy's own. */
  #addOwn(headers: string[]): void {
    const { setsCookie, probe, bucket, head, table } = this.#parts;
    if (setsCookie) headers.push("Set-Cookie", cookieOf(bucket, head.proto));
    if (this.#context.draining) headers.push("Connection", "close");
    if (probe) {
      headers.push(proofHeaders.release, this.#instance.release, proofHeaders.instance, this.#instance.name);
      headers.push(proofHeaders.table, String(table.number));
    }
  }

  #refuse(error: Error): void {
    const { response, head } = this.#parts;
    const headers: string[] = [];
    this.#addOwn(headers);
    const [status, page] = isRefusal(error)
      ? ([400, pages.badRequest] as const)
      : systemCode(error) === "UND_ERR_HEADERS_TIMEOUT"
        ? ([504, pages.tooSlow] as const)
        : ([502, pages.unreachable] as const);
    this.#bytes = answerPage(response, status, page, { id: head.id, headers });
    readToItsEnd(this.#parts.request, this.#context.settings.timeouts.requestBodyMs);
  }

  /** The answer is with the client to its last byte, or the client is gone. */
  #close(): void {
    this.#gone = true;
    if (this.#stream) this.#instance.streams--;
    else this.#instance.requests--;
    const { response, request, head, path, bucket, table, probe } = this.#parts;
    const aborted = !response.writableFinished;
    if (aborted && this.#client) this.#controller?.abort(new Error("the client went away"));
    const question = path.indexOf("?");
    this.#context.log({
      format: 1,
      time: this.#time,
      method: request.method ?? "",
      path: question === -1 ? path : path.slice(0, question),
      query: question !== -1,
      status: response.headersSent ? response.statusCode : 499,
      ms: performance.now() - this.#startedAt,
      upstreamMs: this.#upstreamMs,
      bytes: this.#bytes,
      bucket: bucketName(bucket),
      table: table.number,
      release: this.#instance.release,
      instance: this.#instance.name,
      address: head.address,
      id: head.id,
      agent: head.agent,
      tries: this.#tried.length,
      stream: this.#stream,
      probe: probe || undefined,
      aborted: (aborted && this.#error === undefined) || undefined,
      error: aborted || !this.#answered ? this.#error : undefined,
    });
  }
}

/**
 * The last part of an answer. A small one goes as a string, because Node then writes head and body in one piece instead of gathering
 * two, which is the dearest call of a request.
 */
function endWith(response: ServerResponse, chunk: Buffer): void {
  if (chunk.length <= smallBytes) response.end(chunk.toString("latin1"), "latin1");
  else response.end(chunk);
}

const smallBytes = 4 * 1024;
const idempotent = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);
const timeouts = new Set(["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_CONNECT_TIMEOUT"]);
const unprintable = /[^\t\x20-\x7e]/;

/** What stands beside the status: the instance's own words, unless they hold what must not stand there. */
function reasonPhrase(status: number, reason = ""): string {
  const usual = STATUS_CODES[status] ?? "";
  return reason === usual || reason === "" || unprintable.test(reason) ? usual : reason;
}

/** undici found fault with the request itself. */
function isRefusal(error: Error): boolean {
  const code = systemCode(error);
  return code === "UND_ERR_INVALID_ARG" || code === "UND_ERR_NOT_SUPPORTED";
}

function reasonOf(error: Error): string {
  return systemCode(error) ?? error.message;
}

export function cookieOf(bucket: number, proto: string): string {
  return (proto === "https" ? secureCookies : cookies)[bucket] ?? "";
}

const cookies = Array.from({ length: buckets }, (_, bucket) => {
  return `${bucketCookie}=${bucketName(bucket)}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax`;
});
const secureCookies = cookies.map((cookie) => `${cookie}; Secure`);
