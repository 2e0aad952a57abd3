import { unfinishedJournal } from "../engine/journal-store.ts";
import { standingOf, type Lease } from "../engine/lease.ts";
import { hasEnded } from "../engine/process-identity.ts";
import { readLease } from "../engine/lease-store.ts";
import type { Host, HostState } from "../hosts/host.ts";
import { schedulesType } from "../release/instance-types.ts";
import { addressOf } from "./address.ts";
import { printResult } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment, type OpenEnvironment } from "./open-environment.ts";
import { openHost } from "./open-host.ts";
import { statusText, type Status } from "./status-text.ts";

export const command = defineCommand({
  name: "status",
  description:
    "What an environment serves, by which instances, what stays warm, and whether anybody is at work on it.",
  arguments: [environmentArgument],
  options: {},
  examples: ["cozy status staging", "cozy status staging --json"],
  async run(context, { args }) {
    const opened = await openEnvironment(context, args.environment);
    const { project, environment } = opened;
    const host = await openHost(context, opened);
    const [observed, lease, journal] = await Promise.all([
      host.observe(context.signal),
      readLease(opened.lease),
      unfinishedJournal(opened.journals),
    ]);
    const status: Status = {
      project: project.name,
      environment: environment.name,
      address: addressOf(environment),
      host: observed,
      configured: Object.fromEntries(
        Object.entries(environment.processes).map(([type, { count, singleton }]) => [
          type,
          { count, singleton },
        ]),
      ),
      failing: await failing(opened, host, observed, context.signal),
      lease,
      unfinished: journal && {
        command: journal.header.plan.command,
        release: journal.header.plan.release,
        since: journal.header.startedAt,
        goesOn: await isHeld(lease, context.now()),
      },
    };
    printResult(context, status, () => statusText(status, context.now()));
    return 0;
  },
});

/** Schedules of the release in force whose last run was no good, in one line; looked at only where it has any. */
async function failing(
  { paths }: OpenEnvironment,
  host: Host,
  { current, types }: HostState,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (current === undefined || types[current]?.[schedulesType] === undefined) return undefined;
  const { failingSchedules, failingText } = await import("../schedules/failing-schedules.ts");
  const { allSchedules } = await import("../recovery/backup-schedules.ts");
  const schedules = allSchedules(await host.readRelease(current, signal), paths.current);
  const found = await failingSchedules(paths.schedules, Object.keys(schedules));
  return found.length === 0 ? undefined : found.map(failingText).join("; ");
}

/** Whether a deployer that lives holds the environment; one that was killed does not, whatever its lease says. */
async function isHeld(lease: Lease | undefined, now: number): Promise<boolean> {
  const owner = lease?.holder?.owner;
  return standingOf(lease, now, owner !== undefined && (await hasEnded(owner))) === "held";
}
