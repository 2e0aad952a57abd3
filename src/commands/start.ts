import { restartsOf } from "../release/serving-facts.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { addressOf } from "./address.ts";
import { printResult } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment } from "./open-environment.ts";
import { openHostToChange } from "./open-host.ts";
import { openLease } from "./open-hosts.ts";
import { proxySettings } from "./proxy-settings.ts";
import { withLease } from "./with-lease.ts";

export const command = defineCommand({
  name: "start",
  description:
    "Starts the supervisor, the proxy and the current release of an environment that was stopped, as after a reboot of the machine.",
  arguments: [environmentArgument],
  options: {},
  examples: ["cozy start staging"],
  async run(context, { args }) {
    const opened = await openEnvironment(context, args.environment);
    const { environment } = opened;
    return withLease(context, openLease(context, opened), { command: "start" }, async () => {
      const host = await openHostToChange(context, opened);
      const { current, instances } = await host.observe(context.signal);
      if (current === undefined) {
        throw new CozyError("unknown-release", {
          message: `${environment.name} has no release to start.`,
          next: `cozy deploy ${environment.name}`,
        });
      }
      const release = await host.readRelease(current, context.signal);
      await host.ensureAgents(proxySettings(opened), context.signal);
      await host.startInstances({ release: current }, context.signal);
      const ready = await host.awaitReady(
        current,
        release.ready,
        restartsOf(instances, current),
        context.signal,
      );
      if (!ready.ok) {
        throw new CozyError("release-not-ready", {
          message: `Release ${current} was started and did not get ready: ${ready.faults.join("; ")}.`,
          state: "The supervisor goes on starting it.",
          next: `cozy logs ${environment.name}`,
          details: ready.tail,
        });
      }
      const proof = await host.prove(release.ready, context.signal);
      if (proof.failures.length > 0) {
        throw new CozyError("release-not-proven", {
          message: `Release ${current} was started, and the proxy's answers do not show it.`,
          state: "The supervisor goes on starting what ends.",
          next: `cozy logs ${environment.name} --type proxy`,
          details: proof.failures,
        });
      }
      const result = { release: current, address: addressOf(environment) };
      printResult(context, result, () => `${current} serves at ${result.address}`);
      return 0;
    });
  },
});
