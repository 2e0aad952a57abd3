import type { JournalStore } from "../journal-store.ts";

/** Journals that live as long as a test, with the same meaning as the folder's. */
export function memoryJournals(): JournalStore & { readonly texts: Map<string, string> } {
  const texts = new Map<string, string>();
  const appendingTo = (name: string) => ({
    append: async (line: string) => {
      texts.set(name, `${texts.get(name) ?? ""}${line}\n`);
    },
    close: async () => {},
  });
  return {
    texts,
    list: async () => [...texts.keys()].sort().toReversed(),
    read: async (name) => texts.get(name) ?? "",
    create: async (name, header) => {
      texts.set(name, `${header}\n`);
      return appendingTo(name);
    },
    reopen: async (name, wholeBytes) => {
      const whole = Buffer.from(texts.get(name) ?? "")
        .subarray(0, wholeBytes)
        .toString();
      texts.set(name, whole);
      return appendingTo(name);
    },
  };
}
