import { stat } from "node:fs/promises";
import { findLogs, type LogFile, type LogSelection } from "../logs/log-files.ts";
import { lastLines, LogFollower } from "../logs/log-reader.ts";
import { pause } from "../shared/pause.ts";
import type { CommandContext } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment } from "./open-environment.ts";

const lookEveryMs = 150;

export const command = defineCommand({
  name: "logs",
  description:
    "Shows the last lines that the instances of an environment logged, and follows them on request. The types access, proxy and supervisor are cozy's own logs.",
  arguments: [environmentArgument],
  options: {
    type: {
      kind: "text",
      placeholder: "type",
      short: "t",
      help: "a process type, or access, proxy, supervisor",
    },
    release: { kind: "text", placeholder: "id", short: "r", help: "only this release" },
    lines: { kind: "number", placeholder: "count", short: "n", help: "how many lines of each log (50)" },
    follow: { kind: "flag", short: "f", help: "go on until Ctrl-C; new releases included" },
  },
  examples: ["cozy logs staging --follow", "cozy logs staging --type access -n 200 --json"],
  async run(context, { args, options }) {
    const { paths } = await openEnvironment(context, args.environment);
    const select: LogSelection = { type: options.type, release: options.release };
    const found = await findLogs(paths.logs, select);
    const ends = await Promise.all(found.map(endOf));
    for (const file of found) {
      for (const line of await lastLines(file.path, options.lines ?? 50)) print(context, file, line);
    }
    if (options.follow) await follow(context, paths.logs, select, found, ends);
    return 0;
  },
});

/** Until the command is interrupted, which is how a follow ends well. */
async function follow(
  context: CommandContext,
  folder: string,
  select: LogSelection,
  found: readonly LogFile[],
  ends: readonly number[],
): Promise<void> {
  const followers = new Map(
    found.map((file, index) => [file.path, new LogFollower(file.path, ends[index] ?? 0)]),
  );
  while (!context.signal.aborted) {
    for (const file of await findLogs(folder, select)) {
      const follower = followers.get(file.path) ?? new LogFollower(file.path, 0);
      followers.set(file.path, follower);
      for (const line of await follower.newLines()) print(context, file, line);
    }
    await pause(lookEveryMs, context.signal).catch(() => undefined);
  }
}

function print(context: CommandContext, { release, source }: LogFile, line: string): void {
  context.stdout.write(
    context.json
      ? `${JSON.stringify({ release, source, line })}\n`
      : `${release === undefined ? "" : `${release} `}${source} | ${line}\n`,
  );
}

async function endOf({ path }: LogFile): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}
