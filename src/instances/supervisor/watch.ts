import { isAlive, type ProcessIdentity } from "../process-identity.ts";
import type { Timing } from "../supervisor-settings.ts";

/** Looks after processes that are no children of this supervisor: nobody tells it when they end. */
export interface Watch {
  add(identity: ProcessIdentity): Watched;
}

interface Watched {
  readonly gone: Promise<void>;
  /** Has everything looked at often until this one is gone. */
  hurry(): void;
}

interface Entry {
  readonly identity: ProcessIdentity;
  readonly tell: () => void;
  urgent: boolean;
}

/** One timer for all, and none where there is nothing to look at. */
export function watchProcesses(timing: Pick<Timing, "adoptedLookMs" | "hurriedLookMs">): Watch {
  const entries = new Set<Entry>();
  let timer: NodeJS.Timeout | undefined;

  const arm = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (entries.size === 0) return;
    const urgent = entries.values().some((entry) => entry.urgent);
    timer = setTimeout(look, urgent ? timing.hurriedLookMs : timing.adoptedLookMs);
  };
  const look = (): void => {
    for (const entry of entries) {
      if (isAlive(entry.identity)) continue;
      entries.delete(entry);
      entry.tell();
    }
    arm();
  };

  return {
    add(identity) {
      const { promise: gone, resolve: tell } = Promise.withResolvers<void>();
      const entry: Entry = { identity, tell, urgent: false };
      entries.add(entry);
      if (timer === undefined) arm();
      return {
        gone,
        hurry() {
          entry.urgent = true;
          arm();
        },
      };
    },
  };
}
