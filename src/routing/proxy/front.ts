import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { twoDigits } from "./bucket.ts";
import type { Context } from "./context.ts";
import { Exchange } from "./exchange.ts";
import { serveFile } from "./files.ts";
import { answerPage, pages } from "./page.ts";
import { readToItsEnd } from "./request-body.ts";
import { BadRequest, readHead, type RequestHead } from "./request-head.ts";
import { buckets } from "../route-table.ts";

/** Takes each request to where it belongs: a folder of files, or the instance that its bucket leads to. */
export function frontOf(context: Context): { onRequest: RequestListener; onCheckContinue: RequestListener } {
  return {
    onRequest: (request, response) => serve(context, request, response, false),
    onCheckContinue: (request, response) => serve(context, request, response, true),
  };
}

function serve(
  context: Context,
  request: IncomingMessage,
  response: ServerResponse,
  expectsContinue: boolean,
): void {
  let head: RequestHead;
  let path: string;
  try {
    head = readHead(request, context.peers.of(request.socket));
    path = pathOf(request, head);
  } catch (error) {
    if (!(error instanceof BadRequest)) throw error;
    answerPage(response, 400, pages.badRequest, { close: true });
    return;
  }
  const files = folderFor(context, path);
  if (files) {
    serveFile(context, files, { request, response, head, path });
    return;
  }
  const { table } = context.routes;
  const probe = context.proofs.isValid(head.proof);
  const bucket = bucketFor(context, head, probe);
  const instance = table?.instances[bucket];
  if (!table || !instance) {
    refuseWithoutTable(context, request, response, head, path);
    return;
  }
  const setsCookie = head.bucket === -1 && !probe;
  // It lives on in the events of the connection to the instance.
  void new Exchange(context, {
    request,
    response,
    head,
    path,
    bucket,
    table,
    instance,
    setsCookie,
    probe,
    expectsContinue,
  });
}

/** The request's target as a path; a whole address is taken apart, and its host counts (RFC 9112, 3.2.2). */
function pathOf(request: IncomingMessage, head: RequestHead): string {
  const target = request.url ?? "";
  if (target.charCodeAt(0) === slash) return target;
  const url = /^https?:\/\//i.test(target) ? URL.parse(target) : null;
  if (!url) throw new BadRequest(`The target ${target} is no path.`);
  const at = head.headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === "host");
  if (at !== -1) head.headers[at + 1] = url.host;
  return url.pathname + url.search;
}

const slash = 0x2f;

export function bucketFor(context: Context, head: RequestHead, probe: boolean): number {
  if (probe) {
    const wanted = head.wantedBucket.length === 2 ? twoDigits(head.wantedBucket) : -1;
    if (wanted !== -1) return wanted;
  }
  return head.bucket === -1 ? Math.floor(context.random() * buckets) : head.bucket;
}

function folderFor(context: Context, path: string) {
  const { static: ofStatic, media } = context.settings;
  if (ofStatic && path.startsWith(ofStatic.url)) return { ...ofStatic, kind: "static" as const };
  if (media && path.startsWith(media.url)) return { ...media, kind: "media" as const };
  return undefined;
}

function refuseWithoutTable(
  context: Context,
  request: IncomingMessage,
  response: ServerResponse,
  head: RequestHead,
  path: string,
): void {
  const time = new Date();
  const startedAt = performance.now();
  const headers = ["Retry-After", "2"];
  const bytes = answerPage(response, 503, pages.noRelease, { id: head.id, headers, close: context.draining });
  readToItsEnd(request, context.settings.timeouts.requestBodyMs);
  response.once("close", () => {
    context.log({
      format: 1,
      time: time.toISOString(),
      method: request.method ?? "",
      path: path.split("?", 1)[0] ?? "",
      query: path.includes("?"),
      status: 503,
      ms: performance.now() - startedAt,
      bytes,
      address: head.address,
      id: head.id,
      agent: head.agent,
      error: "no table",
    });
  });
}
