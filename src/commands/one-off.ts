import { CozyError } from "../errors/cozy-error.ts";
import type { CommandContext } from "./command-context.ts";
import { defineCommand, environmentArgument, type AnyCommand } from "./define-command.ts";
import { noOtherHost } from "./on-host/place-of.ts";
import { openEnvironment, type OpenEnvironment } from "./open-environment.ts";
import { openHost } from "./open-host.ts";
import { runOfRelease } from "./run-of-release.ts";
import { servingRelease } from "./serving-release.ts";

/** `run` and `exec` are one command: it runs on the first host, on another one, or on all of them. */
export function oneOffCommand({
  name,
  examples,
}: {
  readonly name: "run" | "exec";
  readonly examples: readonly string[];
}): AnyCommand {
  return defineCommand({
    name,
    description: `Runs a command once, in a process of its own, with the code, the variables and the limits of the release that serves. On servers it runs on the first one, or where \`--host\` or \`--all\` says, as the application's user and shut off from the rest as its instances are. Its exit code is cozy's; with \`--all\` the largest one. ${other(name)}`,
    arguments: [environmentArgument],
    options: {
      release: { kind: "text", placeholder: "id", help: "another kept release" },
      host: { kind: "text", placeholder: "host", help: "on this one of the servers" },
      all: {
        kind: "flag",
        help: "on all servers at once; output line by line, with the host's name before it",
      },
    },
    takesRest: "<command>",
    takesInput: true,
    examples,
    async run(context, { args, options, rest }) {
      const opened = await openEnvironment(context, args.environment);
      const environment = opened.environment.name;
      if (rest.length === 0) {
        throw new CozyError("wrong-usage", {
          message: "There is no command to run.",
          next: `cozy ${name} ${environment} -- <command>`,
        });
      }
      if (options.all && options.host !== undefined) {
        throw new CozyError("wrong-usage", { message: "--host and --all can't be given at once." });
      }
      if (context.onHost === undefined) {
        if (opened.environment.target.kind === "servers") return onServers(context, opened, options, rest);
        if (options.host !== undefined) throw noOtherHost(opened.environment);
      }
      const host = await openHost(context, opened);
      const release = await servingRelease(host, environment, options.release, context.signal);
      return runOfRelease(context, opened, await host.oneOff(release, rest));
    },
  });
}

function other(name: "run" | "exec"): string {
  return `\`cozy ${name === "run" ? "exec" : "run"}\` is the same command.`;
}

interface OneOffOptions {
  readonly release: string | undefined;
  readonly host: string | undefined;
  readonly all: boolean;
}

async function onServers(
  context: CommandContext,
  opened: OpenEnvironment,
  { release, host, all }: OneOffOptions,
  command: readonly string[],
): Promise<number> {
  if (all) {
    const { runOnAll } = await import("./run-on-all.ts");
    return runOnAll(context, opened, { release, command });
  }
  const { carryOutOnHost } = await import("./on-host/carry-out-on-host.ts");
  return carryOutOnHost({ ...context, project: opened.project }, opened, { host, takesInput: true });
}
