import { CozyError } from "../errors/cozy-error.ts";
import { levels, type Level } from "../instances/systemd/level.ts";
import type { LogFile } from "../logs/log-files.ts";
import { parseSince } from "../logs/parse-since.ts";
import type { CommandContext } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { readLogFiles } from "./logs-of-files.ts";
import { noOtherHost } from "./on-host/place-of.ts";
import { openEnvironment } from "./open-environment.ts";

/** What was asked for by its time is wanted whole; but no terminal takes any number of lines. */
const mostSince = 10_000;

export const command = defineCommand({
  name: "logs",
  description:
    "Shows the last lines that the instances of an environment logged, and follows them on request. The types access, proxy and supervisor are cozy's own logs. On servers they come from all hosts, by time; there systemd stands for the supervisor. Exit code 1 where a host could not be heard.",
  arguments: [environmentArgument],
  options: {
    type: {
      kind: "text",
      placeholder: "type",
      short: "t",
      help: "a process type, or access, proxy, supervisor",
    },
    release: { kind: "text", placeholder: "id", short: "r", help: "only this release" },
    level: {
      kind: "text",
      placeholder: "level",
      short: "l",
      help: "debug, info, warning, error or critical: lines of this level and above, by what they say",
    },
    since: {
      kind: "text",
      placeholder: "moment",
      help: "on servers: from this moment on, as 2026-11-24T03:15Z or so long ago, as 10m",
    },
    host: { kind: "text", placeholder: "host", help: "on servers: only of this one" },
    lines: {
      kind: "number",
      placeholder: "count",
      short: "n",
      help: "how many lines of each log (50; with --since 10000)",
    },
    follow: { kind: "flag", short: "f", help: "go on until Ctrl-C; new releases included" },
  },
  examples: [
    "cozy logs staging --follow",
    "cozy logs staging --type access -n 200 --json",
    "cozy logs production --level error --since 30m",
  ],
  async run(context, { args, options }) {
    const opened = await openEnvironment(context, args.environment);
    const { environment, paths } = opened;
    const { type, release, follow } = options;
    const level = levelNamed(options.level);
    const since = sinceOf(context, options.since);
    const lines = options.lines ?? (since === undefined ? 50 : mostSince);
    if (context.onHost !== undefined) {
      const { tellLogsOfServer } = await import("./logs-of-server.ts");
      await tellLogsOfServer(context, opened, { type, release, level, since, lines, follow });
      return 0;
    }
    if (environment.target.kind === "servers") {
      if (type === "supervisor") throw noSupervisor(environment.name);
      const { showLogsOfFleet } = await import("./logs-of-fleet.ts");
      return showLogsOfFleet({ ...context, project: opened.project }, opened, options.host);
    }
    if (options.host !== undefined) throw noOtherHost(environment);
    if (since !== undefined) throw noTimes(environment.name);
    const request = { folder: paths.logs, select: { type, release }, level, lines, follow };
    await readLogFiles(context, request, (file, line) => print(context, file, line));
    return 0;
  },
});

function print(context: CommandContext, { release, source }: LogFile, line: string): void {
  context.stdout.write(
    context.json
      ? `${JSON.stringify({ release, source, line })}\n`
      : `${release === undefined ? "" : `${release} `}${source} | ${line}\n`,
  );
}

function levelNamed(text: string | undefined): Level | undefined {
  if (text === undefined) return undefined;
  const level = levels.find((one) => one === text);
  if (level !== undefined) return level;
  throw new CozyError("wrong-usage", {
    message: `--level takes one of ${levels.join(", ")}, and not "${text}".`,
  });
}

function sinceOf({ now }: CommandContext, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const since = parseSince(text, now());
  if (since !== undefined) return since;
  throw new CozyError("wrong-usage", {
    message: `--since takes a moment such as 2026-11-24T03:15Z, or a time such as 10m or 2h, and not "${text}".`,
  });
}

function noTimes(name: string): CozyError {
  return new CozyError("wrong-usage", {
    message: `${name} runs on this machine, where logs are kept as the instances print them, without the time.`,
    next: `cozy logs ${name} -n <count>`,
  });
}

function noSupervisor(name: string): CozyError {
  return new CozyError("wrong-usage", {
    message: `${name} runs on servers, where systemd keeps the instances running; cozy has no supervisor there.`,
    next: `cozy exec ${name} -- <command>, or on the server: journalctl --unit='*${name}-*'`,
  });
}
