import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment } from "./open-environment.ts";
import { takeUp } from "./take-up.ts";

export const command = defineCommand({
  name: "resume",
  description:
    "Goes on with a plan whose deployer was killed or cut off: what is done and still in place is skipped, the rest is carried out. Where nothing has been started yet, memory and the database's connections are looked at again.",
  arguments: [environmentArgument],
  options: {},
  examples: ["cozy resume staging"],
  async run(context, { args }) {
    return takeUp(context, await openEnvironment(context, args.environment), "resume");
  },
});
