import { printResult } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment } from "./open-environment.ts";
import { openHostToChange } from "./open-host.ts";
import { openLease } from "./open-hosts.ts";
import { withLease } from "./with-lease.ts";

export const command = defineCommand({
  name: "stop",
  description:
    "Ends the instances, the runs of schedules, the proxy and the supervisor of an environment. Its releases, database and files stay; `cozy start` brings it back.",
  arguments: [environmentArgument],
  options: {},
  examples: ["cozy stop staging"],
  async run(context, { args }) {
    const opened = await openEnvironment(context, args.environment);
    const name = opened.environment.name;
    return withLease(context, openLease(context, opened), { command: "stop" }, async () => {
      const host = await openHostToChange(context, opened);
      await host.stopAgents(context.signal);
      // Nobody watches the clock any more, so no run begins after this.
      const { endRuns } = await import("../schedules/end-runs.ts");
      const endedRuns = await endRuns(opened.paths.schedules, context.signal);
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
