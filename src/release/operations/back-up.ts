import type { Operation, OperationContext } from "../../engine/operation.ts";
import { messageOf } from "../../errors/cozy-error.ts";
import type { DatabaseBackups } from "../../recovery/backup.ts";
import { sizeOfBackup } from "../../recovery/size-of-backup.ts";
import { durationText } from "../../shared/duration.ts";
import { sizeText } from "../../shared/size-text.ts";
import type { ReleaseWorld } from "../world.ts";

export interface BackUpInput {
  readonly host: string;
  /** The release that it is made before. */
  readonly release: string;
  /** The one that is in force. */
  readonly previous: string | null;
}

/** A backup for the release that is no older is not made again: before the migrations, as little as possible may be missing from it. */
const youngMs = 60_000;

const tellEveryMs = 2_000;

/** Backs the database up before a release changes it. What is made stays, whatever becomes of the deploy. */
export const backUp: Operation<BackUpInput, ReleaseWorld> = {
  kind: "back-up",
  async run({ release, previous }, context) {
    const { world, signal, progress, now } = context;
    const backups = await world.backups();
    const young = await youngBackup(backups, release, now(), signal);
    if (young !== undefined) return `${young.id} is ${durationText(now() - young.at)} old`;
    const order = { class: "deploy", release: previous ?? undefined, for: release } as const;
    const made = await backups.backUp(order, signal, unhurried(progress, now));
    if (made === undefined) return "nothing to back up yet";
    const removed = await pruned(backups, context);
    const old = removed === 0 ? "" : `; ${removed} old ${removed === 1 ? "one" : "ones"} removed`;
    return `${made.id}, ${sizeText(sizeOfBackup(made))}${old}`;
  },
  verify: async () => false, // it may have grown old since
  deadlineMs: () => 6 * 3_600_000,
};

/** A copy tells more than a log should hold. */
function unhurried(progress: (text: string) => void, now: () => number): (text: string) => void {
  let told = now();
  return (text) => {
    if (now() - told < tellEveryMs) return;
    told = now();
    progress(text);
  };
}

async function youngBackup(backups: DatabaseBackups, release: string, now: number, signal: AbortSignal) {
  const kept = await backups.list(signal);
  return kept
    .flatMap(({ record, fault }) => (record === undefined || fault !== undefined ? [] : [record]))
    .findLast((one) => one.class === "deploy" && one.for === release && now - one.at < youngMs);
}

/** A folder that can't be tidied up is no reason not to deploy. */
async function pruned(
  backups: DatabaseBackups,
  { now, signal, warn }: OperationContext<ReleaseWorld>,
): Promise<number> {
  try {
    return (await backups.prune(now(), signal)).length;
  } catch (error) {
    signal.throwIfAborted();
    warn(`Old backups could not be removed: ${messageOf(error)}`);
    return 0;
  }
}
