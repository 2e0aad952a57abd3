import { runInteractively } from "../hosts/this-machine/run-interactively.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { developmentPlace } from "./development-place.ts";
import { openEnvironment } from "./open-environment.ts";
import { openHost } from "./open-host.ts";
import { runOfRelease } from "./run-of-release.ts";
import { servingRelease } from "./serving-release.ts";

export const command = defineCommand({
  name: "console",
  description:
    "Opens the framework's own shell with the code and the variables of the release that serves: what `console` in the project file says, by default Node's or `manage.py shell`. `dev` in place of an environment opens it on the working tree, with the variables of `cozy dev`.",
  arguments: [environmentArgument],
  options: {
    release: { kind: "text", placeholder: "id", help: "another kept release" },
    host: { kind: "text", placeholder: "host", help: "on this one of the servers, instead of the first" },
  },
  where: "keeper",
  takesInput: true,
  examples: ["cozy console staging", "cozy console dev", "cozy console production --host web-2"],
  async run(context, { args, options }) {
    const atTerminal = "isTTY" in context.stdin && context.stdin.isTTY === true;
    const place = await developmentPlace(context, args.environment);
    if (place) {
      const { folder, variables } = place;
      const request = { command: place.console, folder, variables, limits: noLimits };
      return runInteractively(request, { signals: context.takeSignals(), atTerminal });
    }
    const opened = await openEnvironment(context, args.environment);
    const host = await openHost(context, opened);
    const release = await servingRelease(host, opened.environment.name, options.release, context.signal);
    const record = await host.readRelease(release, context.signal);
    return runOfRelease(context, opened, await host.oneOff(release, record.console));
  },
});

const noLimits = { memoryBytes: undefined, openFiles: undefined };
