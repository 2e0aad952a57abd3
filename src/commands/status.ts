import type { Host, HostState } from "../hosts/host.ts";
import { whereKeptElsewhere } from "../engine/kept-elsewhere.ts";
import type { LeaseLook } from "../engine/lease-keeper.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { certificateText, certificateWarnings } from "../routing/nginx/certificate-warnings.ts";
import { schedulesType } from "../release/instance-types.ts";
import type { UnreachableHost } from "../release/unreachable-hosts.ts";
import { addressOf } from "./address.ts";
import { printResult } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { leftBehindWarnings } from "./left-behind.ts";
import { openEnvironment, type OpenEnvironment } from "./open-environment.ts";
import { seenFleet } from "./observe-fleet.ts";
import { hostOf, openHostsToTell, type OpenFleet } from "./open-hosts.ts";
import { isChanged, refusalWarnings } from "./refused-host.ts";
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
    const fleet = await openHostsToTell(context, opened);
    const [{ states, unreachable }, { lease, standing, at }, journal, behind] = await Promise.all([
      seenFleet(context, fleet),
      hasKeeper(fleet) ? fleet.lease.read(context.signal) : noLease(context.now()),
      hasKeeper(fleet) ? fleet.past.unfinished() : undefined,
      hasKeeper(fleet) ? leftBehindWarnings(fleet, opened) : [],
    ]);
    const [observed] = states;
    if (observed === undefined) throw nothingReached(environment.name, unreachable);
    const status: Status = {
      project: project.name,
      environment: environment.name,
      address: addressOf(environment),
      host: observed,
      ...(fleet.names.length > 1 ? { hosts: fleetStanding(fleet.names, states, unreachable) } : {}),
      configured: Object.fromEntries(
        Object.entries(environment.processes).map(([type, { count, singleton }]) => [
          type,
          { count, singleton },
        ]),
      ),
      certificate: {
        text: certificateText(states, context.now()),
        warnings: certificateWarnings(states, {
          environment: environment.name,
          certificate: environment.domains?.certificate,
          now: context.now(),
        }),
      },
      behind: [...refusalWarnings(unreachable), ...keptElsewhere(environment.name, fleet, lease), ...behind],
      failing: await failing(opened, hostOf(fleet, observed.host), observed, context.signal),
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
    return unreachable.some(({ refusal }) => refusal !== undefined && isChanged(refusal)) ? 1 : 0;
  },
});

function hasKeeper({ names, unreachable }: OpenFleet): boolean {
  return !unreachable.some(({ host }) => host === names[0]);
}

/** Of the first server neither lease nor history count, as long as the others have seen newer tokens than it has given. */
function keptElsewhere(environment: string, fleet: OpenFleet, lease: LeaseLook["lease"]): readonly string[] {
  const { names, newestToken = 0 } = fleet;
  if (!hasKeeper(fleet) || newestToken <= (lease?.token ?? 0)) return [];
  return [
    `${names[0]} does not keep the lease and the history of ${environment}: another server does. ${whereKeptElsewhere(environment)}`,
  ];
}

/** Whoever keeps it can't be asked; that is told where the hosts are. */
function noLease(at: number): LeaseLook {
  return { lease: undefined, standing: "free", at };
}

function nothingReached(environment: string, unreachable: readonly UnreachableHost[]): CozyError {
  const refusals = unreachable.flatMap(({ refusal }) => refusal ?? []);
  // Another key may be somebody in between, which nothing else is to hide.
  const [first] = refusals.toSorted((a, b) => Number(isChanged(b)) - Number(isChanged(a)));
  const details = unreachable.map(({ host, why }) => `${host}: ${why}`);
  if (first !== undefined) return unreachable.length === 1 ? first : first.with({ details });
  const inTrouble = unreachable.every(({ trouble }) => trouble !== undefined);
  return new CozyError(inTrouble ? "hosts-in-trouble" : "hosts-unreachable", {
    message: inTrouble
      ? `The hosts of ${environment} answer, but none can tell what it serves.`
      : `None of the hosts of ${environment} can tell what it serves.`,
    details,
    state: "Nothing was changed.",
  });
}

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
