import { constants } from "node:os";
import type { CommandResult } from "../hosts/host.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { keeperHost, openHosts } from "./open-hosts.ts";
import { servingRelease } from "./serving-release.ts";
import { refuseMissingHosts } from "./whole-fleet.ts";

interface OneOffEverywhere {
  readonly release: string | undefined;
  readonly command: readonly string[];
}

/** Runs a command of one release on every host at once; gives the largest of the exit codes. */
export async function runOnAll(
  context: CommandContext,
  opened: OpenEnvironment,
  { release: asked, command }: OneOffEverywhere,
): Promise<number> {
  const fleet = await openHosts(context, opened);
  refuseMissingHosts(fleet, {
    state: "The command was started nowhere.",
    next: "Name one of the other hosts with --host.",
  });
  const { environment } = opened;
  const release = await servingRelease(keeperHost(fleet), environment.name, asked, context.signal);
  const width = Math.max(...fleet.names.map((name) => name.length));
  const codes = await Promise.all(
    fleet.hosts.map(async (host) => {
      const onOutput = (stream: "stdout" | "stderr", line: string) =>
        print(context, host.name.padEnd(width), stream, line);
      const result = await host.runOnce({ release, command, onOutput }, context.signal);
      const exitCode = exitCodeOf(result);
      if (context.json) printJson(context, { host: host.name, exitCode });
      else if (exitCode !== 0) context.stderr.write(`${host.name} ended with exit code ${exitCode}\n`);
      return exitCode;
    }),
  );
  return Math.max(...codes);
}

function print(context: CommandContext, host: string, stream: "stdout" | "stderr", line: string): void {
  if (context.json) printJson(context, { host: host.trimEnd(), stream, line });
  else context[stream].write(`${host} | ${line}\n`);
}

function printJson({ stdout }: CommandContext, value: object): void {
  stdout.write(`${JSON.stringify(value)}\n`);
}

/** As a shell counts it: 128 and the number of the signal that ended it. */
function exitCodeOf({ exitCode, signal }: CommandResult): number {
  if (exitCode !== null) return exitCode;
  const numbers: Readonly<Record<string, number>> = constants.signals;
  return 128 + (signal === null ? 0 : (numbers[signal] ?? 0));
}
