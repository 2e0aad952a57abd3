import { CozyError } from "../errors/cozy-error.ts";
import type { Host } from "../hosts/host.ts";
import { restartsOf } from "../release/serving-facts.ts";
import { addressOf } from "./address.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment, type OpenEnvironment } from "./open-environment.ts";
import { keeperHost, openHostsToChange } from "./open-hosts.ts";
import { proxySettings } from "./proxy-settings.ts";
import { refuseMissingHosts } from "./whole-fleet.ts";
import { withLease } from "./with-lease.ts";

export const command = defineCommand({
  name: "start",
  description:
    "Starts the supervisor, the proxy and the current release of an environment that was stopped, as after a reboot of the machine. On servers it starts the release on all of them; after a reboot they do so by themselves.",
  arguments: [environmentArgument],
  options: {},
  examples: ["cozy start staging"],
  async run(context, { args }) {
    const opened = await openEnvironment(context, args.environment);
    const { environment } = opened;
    const fleet = await openHostsToChange(context, opened);
    refuseMissingHosts(fleet, { state: "Nothing was started." });
    return withLease(context, fleet.lease, { command: "start" }, async () => {
      const releases = await Promise.all(fleet.hosts.map(async (host) => currentOf(context, opened, host)));
      await Promise.all(
        fleet.hosts.map(async (host, at) => startOn(context, opened, host, releases[at] ?? "")),
      );
      const kept = fleet.hosts.indexOf(keeperHost(fleet));
      const result = { release: releases[kept], address: addressOf(environment) };
      printResult(context, result, () => `${result.release} serves at ${result.address}`);
      return 0;
    });
  },
});

/** Of every host before anything is started on one. */
async function currentOf(
  { signal }: CommandContext,
  { environment: { name } }: OpenEnvironment,
  host: Host,
): Promise<string> {
  const { current } = await host.observe(signal);
  if (current !== undefined) return current;
  throw new CozyError("unknown-release", {
    message: `${name} has no release to start${on(host)}.`,
    next: `cozy deploy ${name}`,
  });
}

async function startOn(
  { signal }: CommandContext,
  opened: OpenEnvironment,
  host: Host,
  current: string,
): Promise<void> {
  const { name } = opened.environment;
  const [release, { instances }] = await Promise.all([
    host.readRelease(current, signal),
    host.observe(signal),
  ]);
  await host.ensureAgents(proxySettings(opened), signal);
  await host.startInstances({ release: current }, signal);
  const ready = await host.awaitReady(current, release.ready, restartsOf(instances, current), signal);
  if (!ready.ok) {
    throw new CozyError("release-not-ready", {
      message: `Release ${current} was started${on(host)} and did not get ready: ${ready.faults.join("; ")}.`,
      state: "The supervisor goes on starting it.",
      next: `cozy logs ${name}`,
      details: ready.tail,
    });
  }
  const proof = await host.prove(release.ready, signal);
  if (proof.failures.length > 0) {
    throw new CozyError("release-not-proven", {
      message: `Release ${current} was started${on(host)}, and the proxy's answers do not show it.`,
      state: "The supervisor goes on starting what ends.",
      next: `cozy logs ${name} --type proxy`,
      details: proof.failures,
    });
  }
}

function on({ name }: Host): string {
  return name === "this-machine" ? "" : ` on ${name}`;
}
