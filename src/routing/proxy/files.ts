import { constants } from "node:fs";
import { open, realpath, type FileHandle } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { messageOf, systemCode } from "../../errors/cozy-error.ts";
import type { ServedFolder } from "../proxy-settings.ts";
import { contentType, isActive } from "./content-type.ts";
import type { Context } from "./context.ts";
import { freshFor, rangeOf, type Validators } from "./conditions.ts";
import { answerPage, pages } from "./page.ts";
import { readToItsEnd } from "./request-body.ts";
import type { RequestHead } from "./request-head.ts";

/** 30 days, as long as the strategy asks for. */
const maxAgeSeconds = 2_592_000;

export interface FileRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly head: RequestHead;
  readonly path: string;
}

type Folder = ServedFolder & { readonly kind: "static" | "media" };

/** Answers from a folder. What is not there is a 404 of the proxy's own: the application is not asked about files. */
export function serveFile(context: Context, folder: Folder, wanted: FileRequest): void {
  const startedAt = performance.now();
  const time = new Date().toISOString();
  const { request, response, head, path } = wanted;
  const outcome: Outcome = { bytes: 0 };
  response.once("close", () => {
    context.log({
      format: 1,
      time,
      method: request.method ?? "",
      path: path.split("?", 1)[0] ?? "",
      query: path.includes("?"),
      status: response.headersSent ? response.statusCode : 499,
      ms: performance.now() - startedAt,
      bytes: outcome.bytes,
      address: head.address,
      id: head.id,
      agent: head.agent,
      files: folder.kind,
      ...(response.writableFinished ? {} : { aborted: true }),
      ...(outcome.error === undefined ? {} : { error: outcome.error }),
    });
  });
  answer(context, folder, wanted, outcome).catch((error: unknown) => {
    // The client went away, or the file was cut while it was read: the answer can't be whole any more.
    if (systemCode(error) !== "ERR_STREAM_PREMATURE_CLOSE")
      outcome.error = systemCode(error) ?? messageOf(error);
    response.destroy();
  });
}

interface Outcome {
  bytes: number;
  error?: string;
}

async function answer(
  context: Context,
  folder: Folder,
  wanted: FileRequest,
  outcome: Outcome,
): Promise<void> {
  const { request, response, head, path } = wanted;
  const close = context.draining;
  readToItsEnd(request, context.settings.timeouts.requestBodyMs);
  const page = (status: number, text: string, headers: string[] = []) => {
    outcome.bytes = answerPage(response, status, text, { id: head.id, headers, close });
  };
  if (request.method !== "GET" && request.method !== "HEAD") {
    page(405, pages.methodNotAllowed, ["Allow", "GET, HEAD"]);
    return;
  }
  const name = nameIn(folder.url, path);
  const found = name === undefined ? undefined : await find(folder.folder, name, request);
  if (!found) {
    page(404, pages.notFound);
    return;
  }
  try {
    await send(wanted, folder, found, outcome, close);
  } finally {
    await found.handle.close();
  }
}

/** The file's name below the folder; `undefined` for what must not be asked for: other folders, hidden files. */
function nameIn(url: string, path: string): string | undefined {
  const end = path.indexOf("?");
  let name: string;
  try {
    name = decodeURIComponent(path.slice(url.length, end === -1 ? undefined : end));
  } catch {
    return undefined;
  }
  const parts = name.split("/");
  const bad = parts.some((part) => part === "" || part.startsWith(".") || /[\0\\]/.test(part));
  return bad ? undefined : name;
}

interface Found {
  readonly handle: FileHandle;
  readonly name: string;
  readonly encoding: "br" | "gzip" | undefined;
  /** Whether the answer depends on `Accept-Encoding`. */
  readonly varies: boolean;
  readonly sizeBytes: number;
  readonly modified: Date;
  readonly validators: Validators;
}

/** The file, or the compressed one beside it that the client takes. */
async function find(folder: string, name: string, request: IncomingMessage): Promise<Found | undefined> {
  const accepted = (request.headers["accept-encoding"] ?? "").toLowerCase();
  const plain = await openIn(folder, name);
  if (!plain) return undefined;
  if (request.headers.range !== undefined || accepted === "")
    return { ...plain, name, encoding: undefined, varies: false };
  let varies = false;
  for (const [encoding, ending] of [
    ["br", ".br"],
    ["gzip", ".gz"],
  ] as const) {
    const compressed = await openIn(folder, name + ending, encoding);
    if (!compressed) continue;
    varies = true;
    if (takes(accepted, encoding)) {
      await plain.handle.close();
      return { ...compressed, name, encoding, varies };
    }
    await compressed.handle.close();
  }
  return { ...plain, name, encoding: undefined, varies };
}

function takes(accepted: string, encoding: string): boolean {
  return accepted.split(",").some((part) => {
    const [name, ...parameters] = part.split(";").map((piece) => piece.trim());
    return name === encoding && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  });
}

type Opened = Pick<Found, "handle" | "sizeBytes" | "modified" | "validators">;

async function openIn(folder: string, name: string, encoding = ""): Promise<Opened | undefined> {
  let handle: FileHandle | undefined;
  try {
    const [root, real] = await Promise.all([realpath(folder), realpath(join(folder, name))]);
    // A link inside the folder may lead to another file in it, never out of it.
    if (!real.startsWith(root + sep)) return undefined;
    // O_NONBLOCK: opening a pipe that somebody left there must not hang.
    handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = await handle.stat();
    if (stat.isFile()) {
      const etag = `"${stat.size.toString(36)}-${Math.trunc(stat.mtimeMs).toString(36)}${encoding && `-${encoding}`}"`;
      return {
        handle,
        sizeBytes: stat.size,
        modified: stat.mtime,
        validators: { etag, modifiedMs: stat.mtimeMs },
      };
    }
  } catch (error) {
    if (!missing.has(systemCode(error) ?? "")) throw error;
  }
  await handle?.close();
  return undefined;
}

const missing = new Set(["ENOENT", "ENOTDIR", "EACCES", "ELOOP", "ENAMETOOLONG", "ENXIO"]);

async function send(
  { request, response }: FileRequest,
  folder: Folder,
  found: Found,
  outcome: Outcome,
  close: boolean,
): Promise<void> {
  const headers = headersOf(folder, found, close);
  if (freshFor(request.headers, found.validators)) {
    response.writeHead(304, headers).end();
    return;
  }
  const range = rangeOf(request.headers, found.sizeBytes, found.validators);
  if (range === "unsatisfiable") {
    response
      .writeHead(416, [...headers, "Content-Range", `bytes */${found.sizeBytes}`, "Content-Length", "0"])
      .end();
    return;
  }
  const { first, last } = range ?? { first: 0, last: found.sizeBytes - 1 };
  const length = last - first + 1;
  headers.push("Content-Type", contentType(found.name), "Content-Length", String(length));
  if (range) headers.push("Content-Range", `bytes ${first}-${last}/${found.sizeBytes}`);
  response.writeHead(range ? 206 : 200, headers);
  if (request.method === "HEAD" || length === 0) {
    response.end();
    return;
  }
  await sendBytes(response, found.handle, first, last, outcome);
}

/** What fits in one read is sent in one write; larger files are streamed as the client takes them. */
async function sendBytes(
  response: ServerResponse,
  handle: FileHandle,
  first: number,
  last: number,
  outcome: Outcome,
): Promise<void> {
  const length = last - first + 1;
  if (length <= 64 * 1024) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, first);
    if (bytesRead !== length) throw new Error("the file was cut while it was read");
    outcome.bytes = length;
    response.end(buffer);
    return;
  }
  const stream = handle.createReadStream({
    start: first,
    end: last,
    autoClose: false,
    highWaterMark: 128 * 1024,
  });
  stream.on("data", (chunk) => (outcome.bytes += chunk.length));
  await pipeline(stream, response);
}

function headersOf(folder: Folder, found: Found, close: boolean): string[] {
  const headers = [
    "Cache-Control",
    `public, max-age=${maxAgeSeconds}`,
    "Expires",
    new Date(Date.now() + maxAgeSeconds * 1000).toUTCString(),
    "ETag",
    found.validators.etag,
    "Last-Modified",
    found.modified.toUTCString(),
    "Accept-Ranges",
    "bytes",
  ];
  if (found.encoding) headers.push("Content-Encoding", found.encoding);
  if (found.varies) headers.push("Vary", "Accept-Encoding");
  if (folder.kind === "media") {
    // Users put these files there: a browser must neither guess a type nor run what is in them with the site's rights.
    headers.push("X-Content-Type-Options", "nosniff");
    if (isActive(found.name)) headers.push("Content-Security-Policy", "sandbox");
  }
  if (close) headers.push("Connection", "close");
  return headers;
}
