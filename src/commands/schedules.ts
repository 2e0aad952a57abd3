import { CozyError } from "../errors/cozy-error.ts";
import type { CommandContext } from "./command-context.ts";
import { printResult } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment } from "./open-environment.ts";
import { openHost } from "./open-host.ts";
import { reasonOption } from "./reason-option.ts";
import { lookAtSchedules } from "./schedules-look.ts";
import { lastOutput, runsOf } from "./schedules-past.ts";
import { runByHand } from "./schedules-run.ts";
import { openSchedules, type OpenSchedules } from "./schedules-open.ts";
import { resumeSchedule, suspendSchedule } from "./schedules-suspend.ts";
import { listText } from "./schedules-text.ts";

/** The options that each ask for one thing about one schedule. */
const actions = {
  run: runByHand,
  suspend: suspendSchedule,
  resume: resumeSchedule,
  output: lastOutput,
  runs: runsOf,
} as const satisfies Record<string, Action>;

type Action = (
  context: CommandContext,
  opened: OpenSchedules,
  name: string,
  options: { readonly reason: string | undefined; readonly most: number | undefined },
) => Promise<number>;

export const command = defineCommand({
  name: "schedules",
  description:
    "The schedules of the release that serves: when they run, how their last run ended, when the next one starts. With an option: runs one now, suspends it or lets it run again, shows what its last run printed, or what came of its starts. A run by hand needs nothing of the environment to run, follows the output and has the exit code of the command (124 where it timed out); Ctrl-C ends it.",
  arguments: [environmentArgument],
  options: {
    run: { kind: "text", placeholder: "schedule", help: "run it now, and follow its output" },
    suspend: { kind: "text", placeholder: "schedule", help: "start no more runs of it" },
    resume: { kind: "text", placeholder: "schedule", help: "start its runs again" },
    reason: { ...reasonOption, help: "with --suspend: why" },
    output: { kind: "text", placeholder: "schedule", help: "what its last run printed" },
    runs: { kind: "text", placeholder: "schedule", help: "what came of its starts, newest first" },
    most: { kind: "number", placeholder: "count", short: "n", help: "with --runs: how many (20)" },
  },
  where: "keeper",
  examples: [
    "cozy schedules staging",
    "cozy schedules staging --run cleanup",
    'cozy schedules staging --suspend cleanup --reason "the archive is full"',
    "cozy schedules staging --runs cleanup --json",
  ],
  async run(context, { args, options }) {
    const { reason, most } = options;
    const asked = (["run", "suspend", "resume", "output", "runs"] as const).flatMap((key) => {
      const name = options[key];
      return name === undefined ? [] : [{ key, action: actions[key], name }];
    });
    if (asked.length > 1) throw tooMany(asked.map(({ key }) => key));
    const [one] = asked;
    if (reason !== undefined && one?.key !== "suspend") throw onlyWith("--reason", "--suspend <schedule>");
    if (most !== undefined && one?.key !== "runs") throw onlyWith("--most", "--runs <schedule>");

    const environment = await openEnvironment(context, args.environment);
    const opened = await openSchedules(context, environment);
    if (one !== undefined) return one.action(context, opened, one.name, { reason, most });
    const host = await openHost(context, environment);
    const list = await lookAtSchedules(context, opened, host);
    printResult(context, list, () => listText(list, context.now()));
    return 0;
  },
});

function tooMany(keys: readonly string[]): CozyError {
  return new CozyError("wrong-usage", {
    message: `${keys.map((key) => `--${key}`).join(" and ")} can't be asked for at once.`,
    next: "cozy schedules --help",
  });
}

function onlyWith(option: string, other: string): CozyError {
  return new CozyError("wrong-usage", {
    message: `${option} counts only with ${other}.`,
    next: "cozy schedules --help",
  });
}
