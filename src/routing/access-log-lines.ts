import { readdir, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isFields } from "../artifacts/kept-file.ts";
import { systemCode } from "../shared/thrown.ts";
import type { AccessLine } from "./access-line.ts";
import { openIfThere } from "../shared/open-if-there.ts";

/** What a line of a proxy's log says; `undefined` for one that is none. */
export type ParseLine = (text: string) => AccessLine | undefined;

const chunkBytes = 256 * 1024;
/** Lines are in the order in which answers ended, but for what two proxies wrote side by side and what waited to be written. */
const disorderMs = 5_000;

/**
 * Reads the lines of an access log backwards until they are older than `from`, through files that were moved on (`access.log.1` and so
 * on). What its writer is in the middle of is left out. Gives the number of lines in that span that can't be read: what a full disk or a
 * power cut tore.
 */
export async function linesBackTo(
  file: string,
  from: number,
  signal: AbortSignal,
  take: (line: AccessLine) => void,
  parse: ParseLine = parseAccessLine,
): Promise<number> {
  const handles = await openLogs(file);
  const reading = { from, signal, take, parse, unreadable: 0, laterEnd: Infinity };
  try {
    for (const handle of handles) {
      if ((await handle.stat()).mtimeMs < from) break;
      if (await readBack(handle, reading)) break;
    }
  } finally {
    await Promise.all(handles.map((handle) => handle.close()));
  }
  return reading.unreadable;
}

/** When the oldest answer that the log still tells of had ended; what came before is not known. */
export async function logBegin(
  file: string,
  parse: ParseLine = parseAccessLine,
): Promise<number | undefined> {
  const handles = await openLogs(file);
  try {
    for (const handle of handles.toReversed()) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(chunkBytes), 0, chunkBytes, 0);
      for (const text of buffer.toString("utf8", 0, bytesRead).split("\n")) {
        const line = parse(text);
        if (line !== undefined) return endOf(line);
      }
    }
    return undefined;
  } finally {
    await Promise.all(handles.map((handle) => handle.close()));
  }
}

interface Reading {
  readonly from: number;
  readonly signal: AbortSignal;
  readonly take: (line: AccessLine) => void;
  readonly parse: ParseLine;
  unreadable: number;
  /** When the answer of the line after those that are read now had ended. */
  laterEnd: number;
}

/** One file; whether what is older than the span was reached. */
async function readBack(handle: FileHandle, reading: Reading): Promise<boolean> {
  let at = (await handle.stat()).size;
  let rest = Buffer.alloc(0);
  let atEnd = true;
  while (at > 0) {
    reading.signal.throwIfAborted();
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
    const newest = takeLines(lines, reading);
    if (newest !== -Infinity && newest < reading.from - disorderMs) return true;
  }
  return false;
}

/** Of lines in their order; gives when the last of their answers had ended. A torn line is as old as the one after it. */
function takeLines(lines: readonly string[], reading: Reading): number {
  let first: number | undefined;
  let newest = -Infinity;
  let torn = 0;
  const count = (end: number): void => {
    if (end >= reading.from) reading.unreadable += torn;
    torn = 0;
  };
  for (const text of lines) {
    if (text === "") continue;
    const line = reading.parse(text);
    if (line === undefined) {
      torn += 1;
      continue;
    }
    const end = endOf(line);
    first ??= end;
    newest = Math.max(newest, end);
    count(end);
    reading.take(line);
  }
  count(reading.laterEnd);
  reading.laterEnd = first ?? reading.laterEnd;
  return newest;
}

function endOf({ time, ms }: AccessLine): number {
  return Date.parse(time) + ms;
}

/** Newest first, so that a log that is moved on meanwhile is met twice and never missed; met twice, it is taken once. */
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

/** A line as the embedded proxy writes it. */
export function parseAccessLine(text: string): AccessLine | undefined {
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
    !Number.isNaN(Date.parse(value["time"])) &&
    typeof value["path"] === "string" &&
    typeof value["status"] === "number" &&
    typeof value["ms"] === "number"
  );
}
