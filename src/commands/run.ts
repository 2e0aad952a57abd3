import { CozyError } from "../errors/cozy-error.ts";
import { runInteractively } from "../hosts/this-machine/run-interactively.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment } from "./open-environment.ts";
import { openHost } from "./open-host.ts";
import { servingRelease } from "./serving-release.ts";

export const command = defineCommand({
  name: "run",
  description:
    "Runs a command once, in a process of its own, with the code, the variables and the limits of the release that serves. Its exit code is cozy's.",
  arguments: [environmentArgument],
  options: { release: { kind: "text", placeholder: "id", help: "another kept release" } },
  takesRest: "<command>",
  examples: ["cozy run staging -- node src/seed.ts", "cozy run staging -- sh"],
  async run(context, { args, options, rest }) {
    const opened = await openEnvironment(context, args.environment);
    const name = opened.environment.name;
    if (rest.length === 0) {
      throw new CozyError("wrong-usage", {
        message: "There is no command to run.",
        next: `cozy run ${name} -- <command>`,
      });
    }
    const host = await openHost(context, opened);
    const release = await servingRelease(host, name, options.release, context.signal);
    const request = await host.oneOff(release, rest);
    const atTerminal = "isTTY" in context.stdin && context.stdin.isTTY === true;
    return runInteractively(request, { signals: context.takeSignals(), atTerminal });
  },
});
