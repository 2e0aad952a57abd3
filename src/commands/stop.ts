import { printResult } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment } from "./open-environment.ts";
import { openHostToChange } from "./open-host.ts";
import { withLease } from "./with-lease.ts";

export const command = defineCommand({
  name: "stop",
  description:
    "Ends the instances, the proxy and the supervisor of an environment. Its releases, database and files stay; `cozy start` brings it back.",
  arguments: [environmentArgument],
  options: {},
  examples: ["cozy stop staging"],
  async run(context, { args }) {
    const opened = await openEnvironment(context, args.environment);
    const name = opened.environment.name;
    return withLease(context, opened, { command: "stop" }, async () => {
      const host = await openHostToChange(context, opened);
      await host.stopAgents(context.signal);
      printResult(context, { stopped: name }, () => `${name} is stopped. Bring it back: cozy start ${name}`);
      return 0;
    });
  },
});
