import { open, statfs } from "node:fs/promises";

/** Writes a file that leaves so many bytes of its disk. */
export async function fillDisk(file: string, folder: string, leaveBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const handle = await open(file, "w");
  const block = Buffer.alloc(64 * 1024, 1);
  try {
    for (let left = bavail * bsize - leaveBytes; left > 0; left -= block.length)
      await handle.write(block, 0, Math.min(block.length, left));
  } catch {
    // full is what it should be
  } finally {
    await handle.close();
  }
}
