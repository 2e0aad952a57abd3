import type { BackupClass } from "./backup.ts";

const pattern = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-(daily|weekly|deploy)$/;

/** `20261124T031500Z-daily`: a name that sorts by time, and that nobody has yet. */
export function backupId(at: number, of: BackupClass, taken: readonly string[] = []): string {
  for (let moment = at; ; moment += 1_000) {
    const id = `${new Date(moment).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z-${of}`;
    if (!taken.includes(id)) return id;
  }
}

/** What a name says by itself, for a backup whose manifest can't be read; `undefined` where it is no name of a backup. */
export function partsOfId(id: string): { readonly at: number; readonly class: BackupClass } | undefined {
  const match = pattern.exec(id);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, kind] = match;
  const at = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  if (kind !== "daily" && kind !== "weekly" && kind !== "deploy") return undefined;
  return { at, class: kind };
}
