import { type FileHandle } from "node:fs/promises";
import { openIfThere } from "../../shared/open-if-there.ts";

export interface LogPlace {
  readonly file: string;
  /** How long the log was when the instance was started; what stands before is of an earlier life. */
  readonly fromBytes: number;
}

const chunkBytes = 256 * 1024;

/**
 * Looks for a text in what an instance has logged since its start. Each look reads only what is new; when the log was moved aside
 * meanwhile, the rest of what was moved (`<file>.1`) is read first.
 */
export class OutputWatch {
  readonly #file: string;
  readonly #wanted: Buffer;
  #offset: number;
  /** The end of what was read, as long as a beginning of the text may be in it. */
  #rest = Buffer.alloc(0);
  #found = false;

  constructor(place: LogPlace, text: string) {
    this.#file = place.file;
    this.#offset = place.fromBytes;
    this.#wanted = Buffer.from(text);
  }

  async seen(): Promise<boolean> {
    if (this.#found) return true;
    const handle = await openIfThere(this.#file);
    if (handle === undefined) return false;
    try {
      if ((await handle.stat()).size < this.#offset) await this.#readMoved();
      await this.#readOn(handle);
    } finally {
      await handle.close();
    }
    return this.#found;
  }

  async #readMoved(): Promise<void> {
    const moved = await openIfThere(`${this.#file}.1`);
    if (moved !== undefined) {
      try {
        await this.#readOn(moved);
      } finally {
        await moved.close();
      }
    }
    this.#offset = 0;
  }

  async #readOn(handle: FileHandle): Promise<void> {
    const buffer = Buffer.alloc(chunkBytes);
    while (!this.#found) {
      const { bytesRead } = await handle.read(buffer, 0, chunkBytes, this.#offset);
      if (bytesRead === 0) return;
      this.#offset += bytesRead;
      const text = Buffer.concat([this.#rest, buffer.subarray(0, bytesRead)]);
      this.#found = text.includes(this.#wanted);
      this.#rest = Buffer.from(text.subarray(Math.max(0, text.length - this.#wanted.length + 1)));
    }
  }
}
