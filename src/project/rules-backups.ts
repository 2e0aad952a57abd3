import { isAbsolute, relative, resolve } from "node:path";
import type { Draft } from "./draft.ts";
import { fault, type Fault, type Path } from "./faults.ts";
import { durationMs } from "./units.ts";
import { dayMs } from "../shared/duration.ts";

type DraftBackups = NonNullable<NonNullable<NonNullable<Draft["environments"]>[string]>["backups"]>;

/** Backups lie apart from what they are of, apart from each other, and long enough for the next one to be there before they go. */
export function backupFaults(draft: Draft, root: string): Fault[] {
  return Object.entries(draft.environments ?? {}).flatMap(([name, environment]) => {
    const backups = environment?.backups;
    if (environment === undefined || backups === undefined) return [];
    const at = ["environments", name, "backups"];
    return [
      ...(environment.database === undefined
        ? [fault(at, `backs up nothing: \`${name}\` has no database`, "key")]
        : []),
      ...placesOf(backups, at).flatMap(([path, place]) =>
        environment.target?.kind === "servers" ? onServerFaults(path, place) : placeFaults(path, place, root),
      ),
      ...sameStore(backups, at, root),
      ...keepFaults(backups, at),
    ];
  });
}

function placesOf({ to, weekly }: DraftBackups, at: Path): (readonly [string, Path])[] {
  const places: (readonly [string | undefined, Path])[] = [
    [to?.path, [...at, "to"]],
    [weekly?.to?.path, [...at, "weekly", "to"]],
  ];
  return places.flatMap(([path, place]) => (path === undefined ? [] : [[path, place] as const]));
}

function onServerFaults(path: string, at: Path): Fault[] {
  if (path.startsWith("/")) return [];
  return [fault(at, `is "${path}", but a folder of a server must be absolute, such as "/srv/backups"`)];
}

function placeFaults(path: string, at: Path, root: string): Fault[] {
  const inside = relative(root, resolve(root, path));
  if (isAbsolute(inside) || inside === ".." || inside.startsWith("../")) return [];
  const message = `is "${path}", inside the project, where the data would get into git and be lost with the folder; a folder on another disk is best`;
  return [fault(at, message)];
}

function sameStore({ to, weekly }: DraftBackups, at: Path, root: string): Fault[] {
  const [daily, other] = [to?.path, weekly?.to?.path];
  if (daily === undefined || other === undefined) return [];
  if (resolve(root, daily) !== resolve(root, other)) return [];
  return [
    fault(
      [...at, "weekly", "to"],
      `is "${other}", as \`to\` is: one lost disk would take both; give the weekly backups a store of their own`,
    ),
  ];
}

function keepFaults({ keep, every, cron, on, weekly }: DraftBackups, at: Path): Fault[] {
  // Of a pattern of cron it is not known here how far its times are apart.
  const apart = every ?? (cron !== undefined ? undefined : on === undefined || isEachDay(on) ? "1d" : "7d");
  return [
    ...(keep === undefined || apart === undefined || durationMs(keep) >= durationMs(apart)
      ? []
      : [
          fault(
            [...at, "keep"],
            `is ${keep}, and backups may be ${apart} apart: keep them for ${apart} at least`,
          ),
        ]),
    ...(weekly?.keep === undefined || durationMs(weekly.keep) >= 7 * dayMs
      ? []
      : [
          fault(
            [...at, "weekly", "keep"],
            `is ${weekly.keep}, and there is one a week: keep them for 7d at least`,
          ),
        ]),
  ];
}

function isEachDay(on: string | readonly (string | undefined)[]): boolean {
  return typeof on !== "string" && new Set(on).size === 7;
}
