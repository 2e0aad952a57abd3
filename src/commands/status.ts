import type { Host, HostState } from "../hosts/host.ts";
import { keeperOf } from "../release/fleet.ts";
import { schedulesType } from "../release/instance-types.ts";
import { addressOf } from "./address.ts";
import { printResult } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment, type OpenEnvironment } from "./open-environment.ts";
import { keeperHost, openHosts } from "./open-hosts.ts";
import { fleetStanding } from "./status-fleet.ts";
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
    const fleet = await openHosts(context, opened);
    const host = keeperHost(fleet);
    const [states, { lease, standing, at }, journal] = await Promise.all([
      Promise.all(fleet.hosts.map((one) => one.observe(context.signal))),
      fleet.lease.read(context.signal),
      fleet.past.unfinished(),
    ]);
    const observed = keeperOf(states);
    const status: Status = {
      project: project.name,
      environment: environment.name,
      address: addressOf(environment),
      host: observed,
      ...(fleet.names.length > 1 ? { hosts: fleetStanding(fleet.names, states, fleet.unreachable) } : {}),
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
        goesOn: standing === "held",
      },
    };
    // What is kept on the keeper has its time.
    printResult(context, status, () => statusText(status, at));
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
