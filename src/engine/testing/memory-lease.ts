import type { LeaseStore } from "../lease-store.ts";

/** A lease that lives as long as a test. */
export function memoryLease(): LeaseStore {
  let text: string | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const file = {
    read: async () => text,
    write: async (written: string) => {
      text = written;
    },
    setAside: async () => "nowhere",
  };
  return {
    place: "memory",
    read: async () => text,
    underLock(action) {
      const turn = last.then(() => action(file));
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
