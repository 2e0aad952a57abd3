import { mkdir, open, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file that only its owner reads, for as long as something needs secrets in a file. */
export interface PrivateFile {
  readonly path: string;
  read(): Promise<string>;
  write(text: string): Promise<void>;
}

export interface PrivateFileOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the folder: one that nobody can guess. */
  readonly name: string;
  readonly file: string;
}

/**
 * A file in a folder of its own, mode 0700, in memory where the system has such a place (`$XDG_RUNTIME_DIR`, `/dev/shm`), else in the
 * folder for temporary files. It is overwritten and removed whatever comes of the action, with all that an editor left beside it.
 */
export async function withPrivateFile<T>(
  { env, name, file }: PrivateFileOptions,
  action: (file: PrivateFile) => Promise<T>,
): Promise<T> {
  const folder = join(await placeFor(env), name);
  await mkdir(folder, { mode: 0o700 });
  const path = join(folder, file);
  try {
    return await action({
      path,
      read: () => readFile(path, "utf8"),
      write: (text) => writeFile(path, text, { mode: 0o600 }),
    });
  } finally {
    await wipe(path);
    await rm(folder, { recursive: true, force: true });
  }
}

async function placeFor(env: PrivateFileOptions["env"]): Promise<string> {
  for (const place of [env["XDG_RUNTIME_DIR"], "/dev/shm"]) {
    if (place?.startsWith("/") && (await isFolder(place))) return place;
  }
  return tmpdir();
}

async function isFolder(place: string): Promise<boolean> {
  try {
    return (await stat(place)).isDirectory();
  } catch {
    return false;
  }
}

/** On a disk the old content may live on in blocks that nobody names any more; writing over it is what can be done about that. */
async function wipe(path: string): Promise<void> {
  try {
    const handle = await open(path, "r+");
    try {
      await handle.write(Buffer.alloc((await handle.stat()).size));
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // It may not be there, or an editor may have left it read-only: removing it is what counts.
  }
}
