import {
  closeSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import type { LogLimits } from "../supervisor-settings.ts";

/**
 * Copies a log file that has grown too large aside (`<file>.1`, the older ones move up) and empties it, because its writer holds it
 * open and is not asked. The writer must append. What arrives between the last look and the emptying is lost; those are a few
 * microseconds without anything else in between. An unfinished last line goes back into the emptied file, so that its end joins it.
 */
export async function rotateWhenLarge(file: string, limits: LogLimits): Promise<boolean> {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= limits.maxBytes) return false;
  const next = `${file}.next`;
  try {
    await moveContents(file, next, size);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  }
  for (let number = limits.keep - 1; number >= 1; number -= 1)
    moveUp(`${file}.${number}`, `${file}.${number + 1}`);
  renameSync(next, `${file}.1`);
  return true;
}

async function moveContents(file: string, to: string, size: number): Promise<void> {
  const target = openSync(to, "w+", 0o600);
  try {
    const source = await open(file, "r+");
    try {
      await copyBulk(source, target, size);
      moveRest(source.fd, target, file, size);
    } finally {
      await source.close();
    }
  } finally {
    closeSync(target);
  }
}

const chunkBytes = 256 * 1024;

/** The bulk is read without stopping the supervisor. */
async function copyBulk(source: FileHandle, target: number, size: number): Promise<void> {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  for (let at = 0; at < size;) {
    const { bytesRead } = await source.read(buffer, 0, Math.min(chunkBytes, size - at), at);
    if (bytesRead === 0) return;
    writeSync(target, buffer, 0, bytesRead, at);
    at += bytesRead;
  }
}

/** What came in the meantime, and the emptying right after it, in one go. */
function moveRest(source: number, target: number, file: string, size: number): void {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  let at = size;
  for (let bytes = readSync(source, buffer, 0, chunkBytes, at); bytes > 0;) {
    writeSync(target, buffer, 0, bytes, at);
    at += bytes;
    bytes = readSync(source, buffer, 0, chunkBytes, at);
  }
  ftruncateSync(source, 0);
  putBack(file, target, at);
}

/** The longest unfinished line that is kept whole. */
const longestLineBytes = 64 * 1024;

function putBack(file: string, target: number, size: number): void {
  const tail = Buffer.alloc(Math.min(longestLineBytes, size));
  readSync(target, tail, 0, tail.length, size - tail.length);
  const unfinished = tail.subarray(tail.lastIndexOf("\n") + 1);
  if (unfinished.length === 0 || unfinished.length === tail.length) return;
  const log = openSync(file, "a");
  try {
    writeSync(log, unfinished);
  } finally {
    closeSync(log);
  }
  ftruncateSync(target, size - unfinished.length);
}

function moveUp(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, to);
}
