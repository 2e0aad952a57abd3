import type { JournalFile, JournalStore } from "../../engine/journal-store.ts";

/** A `JournalStore` as it can be asked from afar: an open journal is known by its name. */
export interface ServedJournals {
  list(): Promise<readonly string[]>;
  read(name: string): Promise<string>;
  create(name: string, header: string): Promise<void>;
  reopen(name: string, wholeBytes: number): Promise<void>;
  append(name: string, line: string): Promise<void>;
  close(name: string): Promise<void>;
}

/** On the host: keeps the files open between the calls. */
export function servedJournals(store: JournalStore): ServedJournals {
  const open = new Map<string, Promise<JournalFile>>();
  const opening = (name: string, file: Promise<JournalFile>): Promise<JournalFile> => {
    open.set(name, file);
    file.catch(() => open.delete(name));
    return file;
  };
  /** Another agent had it open before the connection was lost: it goes on behind the last whole line. */
  const goOn = async (name: string): Promise<JournalFile> => {
    const text = await store.read(name);
    return store.reopen(name, Buffer.byteLength(text.slice(0, text.lastIndexOf("\n") + 1)));
  };
  const openFile = (name: string): Promise<JournalFile> => open.get(name) ?? opening(name, goOn(name));
  return {
    list: () => store.list(),
    read: (name) => store.read(name),
    create: async (name, header) => void (await opening(name, store.create(name, header))),
    reopen: async (name, wholeBytes) => void (await opening(name, store.reopen(name, wholeBytes))),
    append: async (name, line) => (await openFile(name)).append(line),
    async close(name) {
      const file = await openFile(name);
      open.delete(name);
      await file.close();
    },
  };
}

/** On the deployer's machine: the store again. */
export function remoteJournals(served: ServedJournals): JournalStore {
  const file = (name: string): JournalFile => ({
    append: (line) => served.append(name, line),
    close: () => served.close(name),
  });
  return {
    list: () => served.list(),
    read: (name) => served.read(name),
    async create(name, header) {
      await served.create(name, header);
      return file(name);
    },
    async reopen(name, wholeBytes) {
      await served.reopen(name, wholeBytes);
      return file(name);
    },
  };
}
