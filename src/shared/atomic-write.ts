import { open, rename, rm } from "node:fs/promises";

/**
 * Puts a file in place whole or not at all: its content is on the disk before it has its name, so after a power cut too a reader finds
 * the old file or the new one. The mode is 0600 unless told otherwise.
 */
export async function writeAtomically(path: string, text: string, mode = 0o600): Promise<void> {
  const temporary = `${path}.${process.pid}.${(written += 1)}.tmp`;
  try {
    const file = await open(temporary, "w", mode);
    try {
      // The umask and a left-over temporary file must not decide who reads a secret.
      await file.chmod(mode);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

let written = 0;

/** Makes what was written to a file, or the renames in a folder, last through a power cut. */
export async function flush(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
