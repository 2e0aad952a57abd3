import { CozyError } from "../errors/cozy-error.ts";
import { firstInForce, lastTrafficChange } from "../engine/release-changes.ts";
import type { Host } from "../hosts/host.ts";
import { readRelease, releaseAt } from "../hosts/release-folder.ts";
import { currentRelease } from "../hosts/machine/current-release.ts";
import { dataHolders } from "../promises/data-holders.ts";
import { readEvidence, type Evidence, type PromiseName } from "../promises/evidence.ts";
import type { PromiseFacts, ScheduleFacts } from "../promises/promise.ts";
import { allSchedules } from "../recovery/backup-schedules.ts";
import type { BackupStores, DatabaseBackups } from "../recovery/backup.ts";
import { explained } from "../schedules/explained.ts";
import { scheduleEvidence } from "../schedules/schedule-evidence.ts";
import { schedulePlace } from "../schedules/schedule-place.ts";
import { startBeforeLast } from "../schedules/start-before-last.ts";
import { readState } from "../schedules/suspension.ts";
import type { Schedule } from "../project/project.ts";
import { backupsOf } from "./backups-of.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { requestFacts } from "./promises-requests.ts";

/** Looks at everything that the promises of an environment are measured by; changes nothing. */
export async function promiseFacts(
  context: CommandContext,
  opened: OpenEnvironment,
  host: Pick<Host, "name" | "countRequests">,
): Promise<PromiseFacts> {
  const { environment, paths, project, journals } = opened;
  const now = context.now();
  const others = context.onHost?.others;
  const [current, since, change, evidence, backups] = await Promise.all([
    currentRelease(paths),
    firstInForce(journals),
    lastTrafficChange(journals),
    allEvidence(paths.evidence),
    backupFacts(context, opened),
  ]);
  const [requests, schedules] = await Promise.all([
    requestFacts({ opened, host, now, since, change, evidence, others }, context.signal),
    scheduleFacts(opened, current, now),
  ]);
  return {
    environment: environment.name,
    now,
    promises: environment.promises,
    backups: environment.backups,
    holders: dataHolders(project, environment),
    current,
    since,
    ...backups,
    ...requests,
    schedules,
    evidence,
  };
}

const measuredByOthers: readonly PromiseName[] = [
  "recovery.rto",
  "recovery.rpo",
  "backups-restorable",
  "no-lost-request",
];

async function allEvidence(folder: string): Promise<PromiseFacts["evidence"]> {
  const entries = await Promise.all(
    measuredByOthers.map(async (promise): Promise<[PromiseName, readonly Evidence[]]> => {
      const { measurements } = await readEvidence(folder, promise);
      return [promise, measurements];
    }),
  );
  return Object.fromEntries(entries);
}

/** A store that is not there hides its backups, and must not look as if there were none. */
async function backupFacts(
  context: CommandContext,
  opened: OpenEnvironment,
): Promise<Pick<PromiseFacts, "kept" | "missingStores">> {
  const { database, promises, backups } = opened.environment;
  if (database === undefined || (backups === undefined && promises.recovery === undefined)) {
    return { kept: [], missingStores: [] };
  }
  const port = await backupsOf(context, opened);
  const stores = await port.stores();
  // The environment's own folder is made with the first backup.
  const missing = stores.filter(({ name, isThere }) => !isThere && declares(opened, name));
  return {
    kept: await keptBackups(port, context.signal),
    missingStores: missing.map(({ folder }) => folder),
  };
}

function declares({ environment: { backups } }: OpenEnvironment, store: "daily" | "weekly"): boolean {
  return store === "weekly" ? backups?.weekly !== undefined : backups?.store !== undefined;
}

async function keptBackups(
  port: DatabaseBackups & BackupStores,
  signal: AbortSignal,
): Promise<PromiseFacts["kept"]> {
  try {
    return await port.list(signal);
  } catch (error) {
    if (error instanceof CozyError && error.code === "backup-store-missing") return [];
    throw error;
  }
}

async function scheduleFacts(
  { paths }: OpenEnvironment,
  current: string | undefined,
  now: number,
): Promise<ScheduleFacts[]> {
  if (current === undefined) return [];
  const schedules = allSchedules(await readRelease(paths, current), releaseAt(paths, current).folder);
  return Promise.all(
    Object.entries(schedules).map(([name, { when }]: readonly [string, Schedule]) =>
      explained(async () => ({
        name,
        when,
        startBeforeLast: startBeforeLast(when, now),
        suspended: readState(schedulePlace(paths.schedules, name)).suspended,
        runs: (await scheduleEvidence(paths.schedules, name)).runs,
      })),
    ),
  );
}
