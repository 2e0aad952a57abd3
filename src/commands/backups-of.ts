import { sep } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import type { BackupStores, DatabaseBackups } from "../recovery/backup.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";

/** The backups of an environment, declared or not. What makes them is loaded when they are asked for. */
export async function backupsOf(
  { now, version }: CommandContext,
  opened: OpenEnvironment,
): Promise<DatabaseBackups & BackupStores> {
  const { project, environment, paths } = opened;
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
