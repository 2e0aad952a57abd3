import type { BackupLook, BackupsList, StoreLook } from "../recovery/look-at-backups.ts";
import { durationText, momentText, spanText } from "../shared/duration.ts";
import { sizeText } from "../shared/size-text.ts";
import { textTable } from "./text-table.ts";

/** What `cozy backups` prints: a line a backup, what there is to know of each store, and what to do. */
export function backupsText(list: BackupsList, now: number): string {
  const { environment, backups, stores } = list;
  const table =
    backups.length === 0
      ? `${environment} has no backup yet: cozy backup ${environment}`
      : textTable([
          ["backup", "age", "size", "release", "state"],
          ...backups.map((backup) => row(backup, now)),
        ]);
  return [table, "", ...stores.flatMap((store) => storeLines(store, environment, now)), ...advice(list)].join(
    "\n",
  );
}

function row({ id, at, sizeBytes, release, for: next, state, fault }: BackupLook, now: number): string[] {
  return [
    id,
    spanText(Math.max(0, now - at)),
    sizeBytes === null ? "?" : sizeText(sizeBytes),
    next === null ? (release ?? "none") : `before ${next}`,
    fault === null ? state : `${state}: ${fault}`,
  ];
}

function storeLines(store: StoreLook, environment: string, now: number): string[] {
  const { name, folder, isThere, keepMs, goesBackMs, nextAt } = store;
  const title = `${name.padEnd("weekly".length)}  ${folder}`;
  const indent = " ".repeat("weekly  ".length);
  if (!isThere) {
    const weekly = name === "weekly" ? " --weekly" : "";
    return [
      title,
      `${indent}is not there: mount its disk; or, for a new store: cozy backup ${environment}${weekly} --create-store`,
    ];
  }
  const back = goesBackMs === null ? "holds nothing to go back to" : `goes back ${spanText(goesBackMs)}`;
  const next = nextAt === null ? "" : `, next one ${momentText(nextAt)}, in ${durationText(nextAt - now)}`;
  return [title, `${indent}kept ${spanText(keepMs)}, ${back}${next}`];
}

function advice({ environment, backups, verified, schedule }: BackupsList): string[] {
  const damaged = backups.filter(({ state }) => state === "damaged").length;
  const again = backups[0]?.state === "damaged" ? ` Have a sound one made: cozy backup ${environment}` : "";
  const lines = [
    ...(damaged === 0 ? [] : [`${damaged === 1 ? "One" : damaged} of them can't be restored.${again}`]),
    ...(schedule === "none"
      ? [`None is made by a schedule: ${environment} declares no \`backups\` in cozy.config.ts.`]
      : schedule === "in force"
        ? []
        : [`None is made by a schedule yet: the release in force declares none. cozy deploy ${environment}`]),
    ...(verified || backups.length === 0
      ? []
      : [`Only sizes were looked at. Have all of it read: cozy backups ${environment} --verify`]),
  ];
  return lines.length === 0 ? [] : ["", ...lines];
}
