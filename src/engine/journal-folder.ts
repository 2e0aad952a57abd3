import { mkdir, open, readdir, readFile, rename, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { CozyError, messageOf, systemCode } from "../errors/cozy-error.ts";
import { flush } from "../shared/atomic-write.ts";
import type { JournalFile, JournalStore } from "./journal-store.ts";

/** Room kept aside while a plan runs, so that on a full disk there is still room to record its undoing. */
const ballastBytes = 256 * 1024;

/** Journals as files of one folder. */
export function journalFolder(folder: string): JournalStore {
  return {
    list: () => listJournals(folder),
    read: (name) => readFile(join(folder, name), "utf8"),
    create: (name, header) => explained(join(folder, name), () => create(folder, name, header)),
    reopen: (name, wholeBytes) => explained(join(folder, name), () => reopen(folder, name, wholeBytes)),
  };
}

async function listJournals(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => name.endsWith(".jsonl")).sort((a, b) => (a < b ? 1 : -1));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}

/** The header goes into a file of another name first: a journal with half a header never exists. */
async function create(folder: string, name: string, header: string): Promise<JournalFile> {
  await mkdir(folder, { recursive: true });
  await layBallast(folder);
  const path = join(folder, name);
  const fresh = await open(`${path}.new`, "wx");
  try {
    await fresh.appendFile(`${header}\n`);
    await fresh.datasync();
  } finally {
    await fresh.close();
  }
  await rename(`${path}.new`, path);
  await flush(folder);
  return appendingTo(folder, await open(path, "a"));
}

async function reopen(folder: string, name: string, wholeBytes: number): Promise<JournalFile> {
  // On a full disk the ballast may be gone already, and undoing needs little room: best effort.
  await layBallast(folder).catch(() => undefined);
  const file = await open(join(folder, name), "a");
  const { size } = await file.stat();
  if (size > wholeBytes) await file.truncate(wholeBytes);
  return appendingTo(folder, file);
}

function appendingTo(folder: string, file: FileHandle): JournalFile {
  let last: Promise<void> = Promise.resolve();
  let next: { readonly lines: string[]; readonly written: Promise<void> } | undefined;
  const appendInTurn = async (text: string) => {
    try {
      await appendWhole(file, text);
    } catch (error) {
      if (!isFull(error)) throw error;
      await rm(ballastOf(folder), { force: true });
      await appendWhole(file, text);
    }
  };
  const begin = () => {
    const lines: string[] = [];
    const written = last.then(() => {
      next = undefined;
      return explained(folder, () => appendInTurn(lines.map((line) => `${line}\n`).join("")));
    });
    last = written.catch(() => undefined);
    return { lines, written };
  };
  return {
    append(lines) {
      // What comes while something else is flushed is flushed together.
      next ??= begin();
      next.lines.push(lines);
      return next.written;
    },
    close: async () => {
      await last;
      await file.close();
      await rm(ballastOf(folder), { force: true });
    },
  };
}

/** Appends all of the line or nothing: half a line would make the next one unreadable too. */
async function appendWhole(file: FileHandle, line: string): Promise<void> {
  const { size } = await file.stat();
  try {
    await file.appendFile(line);
    await file.datasync();
  } catch (error) {
    await file.truncate(size).catch(() => undefined);
    throw error;
  }
}

/** Real blocks with bytes in them: a sparse file would keep no room. */
async function layBallast(folder: string): Promise<void> {
  const file = await open(ballastOf(folder), "w");
  try {
    await file.writeFile(Buffer.alloc(ballastBytes, "ballast "));
    await file.datasync();
  } finally {
    await file.close();
  }
}

function ballastOf(folder: string): string {
  return join(folder, "ballast");
}

function isFull(error: unknown): boolean {
  const code = systemCode(error);
  return code === "ENOSPC" || code === "EDQUOT";
}

async function explained<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw new CozyError("journal-unwritable", {
      message: `The journal in ${path} can't be written: ${messageOf(error)}.`,
      next: isFull(error)
        ? `Make room on the disk that holds ${path}.`
        : `Check who owns ${path} and its mode.`,
      cause: error,
    });
  }
}
