import { open, readdir, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isFields } from "../../artifacts/kept-file.ts";
import { createBeforeCounter, type BeforeRequest } from "../../canary/traffic-before.ts";
import { createTrafficCounter, type Traffic, type TrafficRequest } from "../../canary/traffic.ts";
import type { Baseline } from "../../canary/verdict.ts";
import type { AccessLine } from "../../routing/access-line.ts";
import { systemCode } from "../../shared/thrown.ts";

/** Counts what two releases served, from the end of the access log back to the beginning of the span. */
export async function readTraffic(
  file: string,
  request: TrafficRequest,
  signal: AbortSignal,
): Promise<Traffic> {
  const counter = createTrafficCounter(request);
  await linesBackTo(file, request.from, signal, (line) => counter.add(line));
  return counter.traffic;
}

/** What the log says of releases before a moment. */
export async function readTrafficBefore(
  file: string,
  request: BeforeRequest,
  signal: AbortSignal,
): Promise<Baseline> {
  const counter = createBeforeCounter(request);
  await linesBackTo(file, request.from, signal, (line) => counter.add(line));
  return counter.baseline;
}

const chunkBytes = 256 * 1024;
/** Lines are in the order in which answers ended, but for what two proxies wrote side by side and what waited to be written. */
const disorderMs = 5_000;

/**
 * Reads whole lines backwards until they are older than `from`, through files that were rotated away. What its writer is in the middle
 * of, and what a power cut tore, is left out.
 */
async function linesBackTo(
  file: string,
  from: number,
  signal: AbortSignal,
  take: (line: AccessLine) => void,
): Promise<void> {
  const handles = await openLogs(file);
  try {
    for (const handle of handles) {
      if ((await handle.stat()).mtimeMs < from) return;
      if (await readBack(handle, from - disorderMs, signal, take)) return;
    }
  } finally {
    await Promise.all(handles.map((handle) => handle.close()));
  }
}

/** One file; whether what is older than `until` was reached. */
async function readBack(
  handle: FileHandle,
  until: number,
  signal: AbortSignal,
  take: (line: AccessLine) => void,
): Promise<boolean> {
  let at = (await handle.stat()).size;
  let rest = Buffer.alloc(0);
  let atEnd = true;
  while (at > 0) {
    signal.throwIfAborted();
    const sizeBytes = Math.min(chunkBytes, at);
    at -= sizeBytes;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(sizeBytes), 0, sizeBytes, at);
    const bytes = Buffer.concat([buffer.subarray(0, bytesRead), rest]);
    // A line that begins before this part is read with the part before.
    const firstEnd = at === 0 ? -1 : bytes.indexOf(0x0a);
    if (at > 0 && firstEnd === -1) {
      rest = bytes;
      continue;
    }
    rest = bytes.subarray(0, firstEnd + 1);
    const lines = bytes
      .subarray(firstEnd + 1)
      .toString("utf8")
      .split("\n");
    if (atEnd) lines.pop(); // empty after a whole line, and else a line that is only begun
    atEnd = false;
    let newest = -Infinity;
    for (const text of lines) {
      const line = text === "" ? undefined : lineIn(text);
      if (line === undefined) continue;
      newest = Math.max(newest, Date.parse(line.time) + line.ms);
      take(line);
    }
    if (newest !== -Infinity && newest < until) return true;
  }
  return false;
}

/** Newest first, so that a log that is rotated meanwhile is met twice and never missed; met twice, it is taken once. */
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
  const begin = `${basename(file)}.`;
  const names = await readdir(dirname(file)).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  });
  return names
    .filter((name) => name.startsWith(begin) && /^\d+$/.test(name.slice(begin.length)))
    .toSorted((a, b) => Number(a.slice(begin.length)) - Number(b.slice(begin.length)))
    .map((name) => join(dirname(file), name));
}

async function openIfThere(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, "r");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function lineIn(text: string): AccessLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isAccessLine(value) ? value : undefined;
}

function isAccessLine(value: unknown): value is AccessLine {
  return (
    isFields(value) &&
    value["format"] === 1 &&
    typeof value["time"] === "string" &&
    typeof value["path"] === "string" &&
    typeof value["status"] === "number" &&
    typeof value["ms"] === "number"
  );
}
