import { defineCommand, environmentArgument } from "./define-command.ts";
import { printResult } from "./command-context.ts";
import { openEnvironment } from "./open-environment.ts";
import { openHosts } from "./open-hosts.ts";
import { planText } from "./plan-text.ts";
import { pauseOption, preparedDeploy, refOption } from "./prepare-deploy.ts";

export const command = defineCommand({
  name: "plan",
  description:
    "Prints the very operations that `cozy deploy` would carry out now, and does none of them. Variables, the commit and the state of the host are checked as for a deploy. With --setup it says what `cozy setup` would change on the environment's servers.",
  arguments: [environmentArgument],
  options: {
    ref: refOption,
    pauseBefore: pauseOption,
    setup: { kind: "flag", help: "what `cozy setup` would change, and no plan of a deploy" },
  },
  examples: ["cozy plan staging", "cozy plan staging --json"],
  async run(context, { args, options }) {
    const opened = await openEnvironment(context, args.environment);
    if (options.setup) {
      const { setUp } = await import("./set-up.ts");
      return setUp(context, opened, { check: true });
    }
    const { plan, warnings = [] } = await preparedDeploy(
      context,
      opened,
      await openHosts(context, opened),
      options,
    );
    if (!context.json) for (const warning of warnings) context.stderr.write(`warning: ${warning}\n`);
    printResult(context, plan, () => planText(plan));
    return 0;
  },
});
