import { open, type FileHandle } from "node:fs/promises";

const chunkBytes = 1024 * 1024;

/**
 * Copies a file that is only still while a lock is held, holding it for as short as can be: the copy is made before and brought to the
 * disk, so that all that is left to do under the lock is to compare, and to write what has changed meanwhile.
 */
export async function copyUnderLock(
  from: string,
  to: string,
  lock: { take(): void; release(): void },
  signal: AbortSignal,
  onProgress: (doneBytes: number, totalBytes: number) => void,
): Promise<void> {
  // Open until the lock is released: closing a file drops all the locks that its process has on it.
  const source = await open(from, "r");
  try {
    const target = await open(to, "wx+");
    try {
      await bringUpToDate(source, target, signal, onProgress);
      await target.datasync();
      lock.take();
      try {
        await bringUpToDate(source, target, signal, () => undefined);
      } finally {
        lock.release();
      }
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function bringUpToDate(
  source: FileHandle,
  target: FileHandle,
  signal: AbortSignal,
  onProgress: (doneBytes: number, totalBytes: number) => void,
): Promise<void> {
  const { size } = await source.stat();
  const wanted = Buffer.allocUnsafe(chunkBytes);
  const present = Buffer.allocUnsafe(chunkBytes);
  let position = 0;
  for (;;) {
    signal.throwIfAborted();
    const [read, had] = await Promise.all([
      source.read(wanted, 0, chunkBytes, position),
      target.read(present, 0, chunkBytes, position),
    ]);
    if (read.bytesRead === 0) break;
    const bytes = wanted.subarray(0, read.bytesRead);
    const isSame = had.bytesRead >= read.bytesRead && bytes.equals(present.subarray(0, read.bytesRead));
    if (!isSame) await writeAll(target, bytes, position);
    position += read.bytesRead;
    onProgress(position, Math.max(size, position));
  }
  await target.truncate(position);
}

async function writeAll(target: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await target.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
