import { carryOut, type Undertaking } from "./carry-out.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment } from "./open-environment.ts";
import { pauseOption, preparedDeploy, refOption } from "./prepare-deploy.ts";
import { reasonOption } from "./reason-option.ts";

export const command = defineCommand({
  name: "deploy",
  description:
    "Builds the current commit once, starts it beside what serves, checks it, moves the traffic without losing a request, and proves what is served. If anything fails before that, everything goes back.",
  arguments: [environmentArgument],
  options: { ref: refOption, reason: reasonOption, pauseBefore: pauseOption },
  examples: [
    "cozy deploy staging",
    'cozy deploy staging --ref v1.4 --reason "hotfix for sign-in"',
    "cozy deploy production --pause-before migrate",
  ],
  async run(context, { args, options }) {
    const opened = await openEnvironment(context, args.environment);
    const prepare: Undertaking["prepare"] = (fleet, hold) =>
      preparedDeploy(context, opened, fleet, options, hold);
    return carryOut(context, opened, { command: "deploy", reason: options.reason, prepare });
  },
});
