import type { Journal } from "./journal.ts";
import { history, unfinishedJournal, type JournalStore } from "./journal-store.ts";
import { hostsOfPast } from "./left-behind.ts";
import { lastTrafficChange, servingSince, type ServingSince, type TrafficChange } from "./release-changes.ts";
import { servedBeforeDeployOf } from "./served-before.ts";

/** What the journals of an environment say of its past; each answer is one round trip to where they are kept. */
export interface Past {
  /** The newest journal without an end. */
  unfinished(): Promise<Journal | undefined>;
  /** By release that was deployed of late and came into force: the one that had served before. */
  servedBefore(): Promise<Readonly<Record<string, string>>>;
  /** Hosts that took part in what was done of late, and have not left since. */
  hosts(): Promise<readonly string[]>;
  /** Since when the environment and these hosts have served, and what last moved traffic. */
  traffic(hosts: readonly string[]): Promise<TrafficPast>;
}

export interface TrafficPast {
  readonly serving: ServingSince;
  readonly change: TrafficChange | undefined;
}

/** Plans that are looked through for deploys. */
const lookedThrough = 30;

/** What journals that lie here say. */
export function pastOf(store: JournalStore): Past {
  let reading: ReturnType<typeof history> | undefined;
  /** What is asked for at the same time is read once: a rollback waits for it. */
  const recent = () =>
    (reading ??= history(store, lookedThrough).finally(() => {
      reading = undefined;
    }));
  return {
    unfinished: () => unfinishedJournal(store),
    async servedBefore() {
      const journals = await recent();
      const releases = new Set(journals.flatMap((one) => ("error" in one ? [] : one.header.plan.release)));
      return Object.fromEntries(
        [...releases].flatMap((release) => {
          const before = servedBeforeDeployOf(release, journals);
          return before === undefined ? [] : [[release, before]];
        }),
      );
    },
    hosts: async () => hostsOfPast(await recent()),
    async traffic(hosts) {
      const [serving, change] = await Promise.all([servingSince(store, hosts), lastTrafficChange(store)]);
      return { serving, change };
    },
  };
}
