import { defineCommand, environmentArgument } from "./define-command.ts";
import { printResult } from "./command-context.ts";
import { openEnvironment } from "./open-environment.ts";
import { openHost } from "./open-host.ts";
import { planText } from "./plan-text.ts";
import { pauseOption, preparedDeploy, refOption } from "./prepare-deploy.ts";

export const command = defineCommand({
  name: "plan",
  description:
    "Prints the very operations that `cozy deploy` would carry out now, and does none of them. Variables, the commit and the state of the host are checked as for a deploy.",
  arguments: [environmentArgument],
  options: { ref: refOption, pauseBefore: pauseOption },
  examples: ["cozy plan staging", "cozy plan staging --json"],
  async run(context, { args, options }) {
    const opened = await openEnvironment(context, args.environment);
    const { plan } = await preparedDeploy(context, opened, await openHost(context, opened), options);
    printResult(context, plan, () => planText(plan));
    return 0;
  },
});
