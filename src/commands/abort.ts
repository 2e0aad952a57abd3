import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment } from "./open-environment.ts";
import { takeUp } from "./take-up.ts";

export const command = defineCommand({
  name: "abort",
  description:
    "Takes back a plan whose deployer was killed or cut off, so that what served before serves again. A release that is in force and proven can't be aborted; roll it back.",
  arguments: [environmentArgument],
  options: {
    without: {
      kind: "text",
      placeholder: "hosts",
      help: "hosts that are gone for good, with commas between: nothing is taken back there",
    },
  },
  examples: ["cozy abort staging", "cozy abort production --without web-3"],
  async run(context, { args, options }) {
    const without = (options.without ?? "").split(",").filter((name) => name !== "");
    return takeUp(context, await openEnvironment(context, args.environment), "abort", without);
  },
});
