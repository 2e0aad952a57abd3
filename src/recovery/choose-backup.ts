import { CozyError } from "../errors/cozy-error.ts";
import { nearest } from "../shared/nearest.ts";
import { durationText, momentText } from "../shared/duration.ts";
import { partsOfId } from "./backup-id.ts";
import type { KeptBackup } from "./backup.ts";

export interface BackupWish {
  /** A backup by its id, or an unambiguous part of it. */
  readonly id?: string | undefined;
  /** The moment to go back to, in milliseconds since the epoch. */
  readonly at?: number | undefined;
}

export interface ChosenBackup {
  readonly backup: KeptBackup;
  /** What has to be said of the choice: that the moment asked for was not kept, that a newer one is damaged. */
  readonly notes: readonly string[];
}

/** The backup that was asked for, else the newest that looks sound; `kept` is oldest first. Pure. */
export function chooseBackup(
  kept: readonly KeptBackup[],
  wish: BackupWish,
  environment: string,
): ChosenBackup {
  if (kept.length === 0) throw noBackup(environment);
  if (wish.id !== undefined)
    return { backup: sound(namedBackup(kept, wish.id, environment), environment), notes: [] };
  const before = kept.filter((backup) => wish.at === undefined || momentOf(backup) <= wish.at);
  const backup = before.findLast(isSound);
  if (backup === undefined) throw noneSound(kept, before, wish, environment);
  const damaged = before
    .slice(before.indexOf(backup) + 1)
    .map(({ id, fault }) => `${id} is newer and damaged: ${fault}.`);
  return { backup, notes: [...damaged, ...momentNote(backup, wish)] };
}

export function isSound({ record, fault }: KeptBackup): boolean {
  return record !== undefined && fault === undefined;
}

/** The moment of a backup's data, by its manifest, else by its name. */
export function momentOf({ id, record }: KeptBackup): number {
  return record?.at ?? partsOfId(id)?.at ?? 0;
}

/** A backup by its id, or an unambiguous part of it, sound or not. */
export function namedBackup(kept: readonly KeptBackup[], id: string, environment: string): KeptBackup {
  if (kept.length === 0) throw noBackup(environment);
  const exact = kept.find((backup) => backup.id === id);
  const like = exact === undefined ? kept.filter((backup) => backup.id.includes(id)) : [exact];
  const [backup, ...others] = like;
  if (backup === undefined || others.length > 0) throw unknown(kept, id, like, environment);
  return backup;
}

function sound(backup: KeptBackup, environment: string): KeptBackup {
  if (isSound(backup)) return backup;
  throw new CozyError("backup-damaged", {
    message: `Backup ${backup.id} can't be restored: ${backup.fault}.`,
    state: "Nothing was changed.",
    next: `cozy backups ${environment}`,
  });
}

/** SQLite's backups are moments; there is no point in time between two of them. */
function momentNote(backup: KeptBackup, { at }: BackupWish): string[] {
  if (at === undefined || momentOf(backup) === at) return [];
  const earlier = durationText(at - momentOf(backup));
  return [
    `Of ${momentText(at)} there is no backup: the newest before it is ${backup.id}, ${earlier} earlier. SQLite's backups are moments, and what lies between two of them can't be brought back.`,
  ];
}

function noBackup(environment: string): CozyError {
  return new CozyError("no-backup", {
    message: `${environment} has no backup.`,
    state: "Nothing was changed.",
    next: `cozy backup ${environment}`,
  });
}

function noneSound(
  kept: readonly KeptBackup[],
  before: readonly KeptBackup[],
  { at }: BackupWish,
  environment: string,
): CozyError {
  const oldest = kept.find(isSound);
  const since = oldest === undefined ? "" : ` The oldest that can be restored is ${oldest.id}.`;
  const when = at === undefined ? "" : ` from ${momentText(at)} or before`;
  return new CozyError("no-backup", {
    message: `${environment} has no sound backup${when}.${since}`,
    state: "Nothing was changed.",
    next: `cozy backups ${environment}`,
    details: before.map(({ id, fault }) => `${id}: ${fault}`),
  });
}

function unknown(
  kept: readonly KeptBackup[],
  id: string,
  like: readonly KeptBackup[],
  environment: string,
): CozyError {
  const ids = kept.map((backup) => backup.id);
  const near = like.length > 0 ? like.map((backup) => backup.id) : nearest(id, ids);
  const which =
    like.length > 0
      ? `"${id}" is part of ${like.length} backups: ${near.join(", ")}.`
      : `${environment} has no backup "${id}"${near.length > 0 ? `; did you mean ${near.join(" or ")}?` : "."}`;
  return new CozyError("unknown-backup", {
    message: which,
    state: "Nothing was changed.",
    next: `cozy backups ${environment}`,
  });
}
