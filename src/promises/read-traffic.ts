import { createInterface } from "node:readline";
import { open, readdir, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isFields } from "../artifacts/kept-file.ts";
import type { AccessLine } from "../routing/access-line.ts";
import { systemCode } from "../shared/thrown.ts";
import { RequestCounter, type CountSpan, type RequestCounts } from "./request-counts.ts";

/** How long the proxy may keep a line in memory before it writes it, with some time for the writing. */
export const accessLogDelayMs = 250;

/** Counts the requests that an access log and those before it (`access.log.1` and so on) tell of, without holding their lines. */
export async function countRequests(
  file: string,
  span: CountSpan,
  signal: AbortSignal,
): Promise<RequestCounts> {
  const counter = new RequestCounter(span);
  const handles = await openLogs(file);
  try {
    for (const handle of handles) {
      // What was written to last before the span holds nothing of it.
      if ((await handle.stat()).mtimeMs < span.from) continue;
      await countLines(handle, span, counter, signal);
    }
  } finally {
    await Promise.all(handles.map((handle) => handle.close()));
  }
  return counter.counts();
}

/** Newest first, so that a log which is moved on meanwhile is met twice and never missed; met twice, it is taken once. */
async function openLogs(file: string): Promise<FileHandle[]> {
  const handles = new Map<string, FileHandle>();
  for (const name of [file, ...(await earlierLogs(file))]) {
    const handle = await openIfThere(name);
    if (handle === undefined) continue;
    const { dev, ino } = await handle.stat();
    const key = `${dev} ${ino}`;
    if (handles.has(key)) await handle.close();
    else handles.set(key, handle);
  }
  return [...handles.values()];
}

async function earlierLogs(file: string): Promise<string[]> {
  const own = `${basename(file)}.`;
  const numbers = (await namesIn(dirname(file)))
    .filter((name) => name.startsWith(own))
    .map((name) => name.slice(own.length))
    .filter((rest) => /^[1-9]\d*$/.test(rest))
    .map(Number);
  return numbers.toSorted((a, b) => a - b).map((number) => join(dirname(file), `${own}${String(number)}`));
}

async function countLines(
  handle: FileHandle,
  span: CountSpan,
  counter: RequestCounter,
  signal: AbortSignal,
): Promise<void> {
  const input = handle.createReadStream({ autoClose: false, start: 0 });
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  for await (const text of lines) {
    signal.throwIfAborted();
    if (text === "" || isBefore(text, span.from)) continue;
    const line = lineIn(text);
    if (line === undefined) counter.addUnreadable();
    else counter.add(line);
  }
}

const head = '{"format":1,"time":"';

/** Most lines of a long log are older than what is asked for, and need not be read to see that. */
function isBefore(text: string, from: number): boolean {
  if (!text.startsWith(head)) return false;
  return Date.parse(text.slice(head.length, head.length + 24)) < from;
}

function lineIn(text: string): AccessLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // torn by a full disk or a power cut
  }
  return isAccessLine(value) ? value : undefined;
}

function isAccessLine(value: unknown): value is AccessLine {
  return (
    isFields(value) &&
    value["format"] === 1 &&
    typeof value["time"] === "string" &&
    typeof value["status"] === "number" &&
    typeof value["ms"] === "number"
  );
}

async function openIfThere(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, "r");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}
