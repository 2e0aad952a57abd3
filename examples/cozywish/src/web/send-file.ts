import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { contentTypeOf } from "./content-types.ts";
import type { WebContext } from "./web.ts";

/** Every part of the name starts with a letter or a digit: no `..`, no hidden file. */
export const SAFE_NAME = /^[a-z0-9_][\w.-]*(\/[a-z0-9_][\w.-]*)*$/i;

/** Answers with a file of the folder, or with 404: also for a name or a link that leads out of the folder. */
export async function sendFile(
  c: WebContext,
  folder: string,
  name: string,
  cacheControl: string,
): Promise<Response> {
  const file = await locate(folder, name);
  if (!file) return c.text("Not found", 404);
  const etag = `W/"${file.size.toString(36)}-${Math.floor(file.mtimeMs).toString(36)}"`;
  c.header("Cache-Control", cacheControl);
  c.header("ETag", etag);
  // A picture that is opened by itself is a document of our site: it may not run anything.
  c.header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox");
  if (c.req.header("if-none-match") === etag) return c.body(null, 304);
  c.header("Content-Type", contentTypeOf(name));
  c.header("Content-Length", String(file.size));
  if (c.req.method === "HEAD") return c.body(null);
  return c.body(
    Readable.toWeb(createReadStream(file.path)) as ReadableStream<Uint8Array<ArrayBuffer>> as never,
  );
}

async function locate(folder: string, name: string) {
  if (!SAFE_NAME.test(name)) return undefined;
  try {
    const [root, file] = await Promise.all([realpath(folder), realpath(path.join(folder, name))]);
    if (!file.startsWith(root + path.sep)) return undefined;
    const stats = await stat(file);
    return stats.isFile() ? { path: file, size: stats.size, mtimeMs: stats.mtimeMs } : undefined;
  } catch {
    return undefined;
  }
}
