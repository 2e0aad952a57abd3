import { sep } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import type { Environment } from "../project/project.ts";
import type { BackupStores, DatabaseBackups } from "../recovery/backup.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";

/** The backups of an environment, declared or not. What makes them is loaded when they are asked for. */
export async function backupsOf(
  { now, version }: CommandContext,
  opened: OpenEnvironment,
): Promise<DatabaseBackups & BackupStores> {
  const { project, environment, paths } = opened;
  refuseServerDatabase(opened);
  refuseStoreWithin(opened);
  const { sqliteBackups } = await import("../recovery/sqlite-backups.ts");
  return sqliteBackups({
    project: project.name,
    environment: environment.name,
    paths,
    backups: environment.backups,
    now,
    version,
  });
}

/** Backups and all that is made from them, for a database on a server of its own. */
export function refuseServerDatabase({
  environment: { name, database },
}: {
  readonly environment: Pick<Environment, "name" | "database">;
}): void {
  if (database?.kind !== "postgres") return;
  throw new CozyError("backups-not-carried", {
    message: `The database of ${name} is \`postgres()\`, and this version of cozy makes backups of \`sqlite()\` only, so it has none to restore or to rehearse on.`,
    state: "Nothing was changed.",
    next: "Back it up by other means, such as `pg_dump`; `cozy db` opens its shell.",
  });
}

/** Which machine it is about is not known when the project file is read. */
function refuseStoreWithin({ environment, machine: { home } }: OpenEnvironment): void {
  const { store, weekly } = environment.backups ?? {};
  for (const path of [store?.path, weekly?.store.path]) {
    if (path === undefined || !`${path}${sep}`.startsWith(`${home}${sep}`)) continue;
    throw new CozyError("config-invalid", {
      message: `${environment.name} has its backups kept in ${path}, among what cozy keeps of the environments themselves.`,
      state: "Nothing was changed.",
      next: "Name a folder outside of it in cozy.config.ts, best on another disk; or leave `to` out.",
    });
  }
}
