import { printResult } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment } from "./open-environment.ts";
import { openHostsToChange } from "./open-hosts.ts";
import { refuseMissingHosts } from "./whole-fleet.ts";
import { withLease } from "./with-lease.ts";

export const command = defineCommand({
  name: "stop",
  description:
    "Ends the instances, the runs of schedules, the proxy and the supervisor of an environment. Its releases, database and files stay; `cozy start` brings it back. On servers it ends the instances on all of them; nginx goes on and answers 502, and a run of a schedule that goes on is left to its end.",
  arguments: [environmentArgument],
  options: {},
  examples: ["cozy stop staging"],
  async run(context, { args }) {
    const opened = await openEnvironment(context, args.environment);
    const { name, target } = opened.environment;
    const fleet = await openHostsToChange(context, opened);
    refuseMissingHosts(fleet, { state: "Nothing was stopped." });
    return withLease(context, fleet.lease, { command: "stop" }, async () => {
      await Promise.all(fleet.hosts.map(async (host) => host.stopAgents(context.signal)));
      // Nobody watches the clock any more, so no run begins after this.
      const { endRuns } = await import("../schedules/end-runs.ts");
      const endedRuns =
        target.kind === "this-machine" ? await endRuns(opened.paths.schedules, context.signal) : [];
      printResult(context, { stopped: name, endedRuns }, () =>
        [
          `${name} is stopped. Bring it back: cozy start ${name}`,
          ...endedRuns.map((schedule) => `A run of ${schedule} was ended.`),
        ].join("\n"),
      );
      return 0;
    });
  },
});
