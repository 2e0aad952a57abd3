import { randomBytes } from "node:crypto";
import type { JournalStore } from "../../engine/journal-store.ts";
import type { Environment } from "../../project/project.ts";
import type { DatabaseBackups } from "../../recovery/backup.ts";
import { judge, type Judge } from "../../recovery/judge.ts";
import { sqliteRestorer, type DataRestorer } from "../../recovery/restorer.ts";
import type { ReleaseAgents } from "../machine/release-agents.ts";
import type { ServerLayout } from "../server-layout.ts";
import { serverProcesses } from "./server-processes.ts";
import { serverScratchMachine } from "./server-scratch-machine.ts";

export interface ServerRecoveryParts {
  readonly layout: ServerLayout;
  readonly environment: Pick<Environment, "name" | "database" | "media" | "backups">;
  readonly journals: JournalStore;
  readonly backups: () => Promise<DatabaseBackups>;
  readonly now: () => number;
  readonly agents: ReleaseAgents;
}

/** Rehearsals, drills and restores of an environment whose database is on this server, for code that runs there as the deployer's user. */
export function serverRecovery(parts: ServerRecoveryParts): {
  readonly judge: Judge;
  readonly restorer: DataRestorer;
} {
  const { layout, environment, journals, backups, now } = parts;
  const { machine, paths } = layout;
  const common = {
    environment,
    machine,
    paths,
    journals,
    backups,
    now,
    runs: serverScratchMachine(parts),
    random: (sizeBytes: number) => randomBytes(sizeBytes),
    homeFolder: paths.root,
  };
  return { judge: judge(common), restorer: sqliteRestorer({ ...common, processes: serverProcesses(parts) }) };
}
