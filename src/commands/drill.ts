import { drillLines } from "../recovery/drill-text.ts";
import type { DrillVerdict } from "../recovery/drill-verdict.ts";
import { exitCodeOf } from "../rehearsal/verdict.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment, type OpenEnvironment } from "./open-environment.ts";
import { openHosts } from "./open-hosts.ts";
import { judgeOf } from "./rehearse-world.ts";
import { refuseWithoutDatabase } from "./restore.ts";
import { scratchGiven } from "./scratch-parts.ts";

export const command = defineCommand({
  name: "drill",
  description:
    "Proves that the data can be brought back, without touching what is in use: restores the newest backup aside, checks it, starts the release in force on it, and holds the time that it took and the age of the data against what the project file promises. Exit code 0: all was shown; 1: something failed; 3: something could not be shown.",
  arguments: [environmentArgument],
  options: {
    backup: {
      kind: "text",
      placeholder: "id",
      help: "this backup, and not the newest that can be restored",
    },
  },
  examples: ["cozy drill production", "cozy drill production --backup 20261124T031500Z-daily --json"],
  async run(context, { args, options }) {
    const opened = await openEnvironment(context, args.environment);
    refuseWithoutDatabase(opened);
    const verdict = await drilled(context, opened, options.backup);
    printResult(context, verdict, () => drillLines(verdict).join("\n"));
    return exitCodeOf(verdict);
  },
});

/** Needs no lease: nothing of the environment is changed, and a drill at night must not keep a deploy waiting. */
async function drilled(
  context: CommandContext,
  opened: OpenEnvironment,
  backup: string | undefined,
): Promise<DrillVerdict> {
  const { recovery } = opened.environment.promises;
  const judge = await judgeOf(context, opened, await openHosts(context, opened));
  const promises = { rtoMs: recovery?.rtoMs, rpoMs: recovery?.rpoMs };
  const tell = (text: string): void => {
    if (!context.json) context.stderr.write(`${text}\n`);
  };
  const request = { backup, promises, ...(await scratchGiven(context, opened)) };
  return judge.drill(request, tell, context.signal);
}
