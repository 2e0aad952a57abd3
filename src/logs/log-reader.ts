import { openIfThere } from "../shared/open-if-there.ts";

const chunkBytes = 64 * 1024;

/** The last lines of a log: those from before its last rotation too, where there are not as many after it. */
export async function lastLogLines(path: string, count: number): Promise<string[]> {
  const lines = await lastLines(path, count);
  if (lines.length >= count) return lines;
  return [...(await lastLines(`${path}.1`, count - lines.length)), ...lines];
}

/** The last lines of a file, without reading more of it than they need. */
export async function lastLines(path: string, count: number): Promise<string[]> {
  const handle = await openIfThere(path);
  if (handle === undefined) return [];
  try {
    let from = (await handle.stat()).size;
    let text = Buffer.alloc(0);
    while (from > 0 && newlines(text) <= count) {
      const sizeBytes = Math.min(chunkBytes, from);
      from -= sizeBytes;
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(sizeBytes), 0, sizeBytes, from);
      text = Buffer.concat([buffer.subarray(0, bytesRead), text]);
    }
    const lines = text.toString("utf8").split("\n");
    if (lines.at(-1) === "") lines.pop();
    return count === 0 ? [] : lines.slice(-count);
  } finally {
    await handle.close();
  }
}

/** Follows a file as it grows, across its rotation: what was emptied is read from its beginning. */
export class LogFollower {
  readonly path: string;
  #offset: number;

  constructor(path: string, fromBytes: number) {
    this.path = path;
    this.#offset = fromBytes;
  }

  /** The whole lines that were written since the last call. */
  async newLines(): Promise<string[]> {
    const handle = await openIfThere(this.path);
    if (handle === undefined) return [];
    try {
      const { size } = await handle.stat();
      if (size < this.#offset) this.#offset = 0;
      const sizeBytes = Math.min(size - this.#offset, 16 * chunkBytes);
      if (sizeBytes <= 0) return [];
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(sizeBytes), 0, sizeBytes, this.#offset);
      const whole = wholeLines(buffer.subarray(0, bytesRead));
      this.#offset += whole.length;
      return whole.toString("utf8").split("\n").slice(0, -1);
    } finally {
      await handle.close();
    }
  }
}

/** Up to the last newline: what its writer is in the middle of waits for the next look. */
function wholeLines(buffer: Buffer): Buffer {
  const end = buffer.lastIndexOf(0x0a);
  return end === -1 ? Buffer.alloc(0) : buffer.subarray(0, end + 1);
}

function newlines(buffer: Buffer): number {
  let count = 0;
  for (const byte of buffer) if (byte === 0x0a) count += 1;
  return count;
}
