import { printResult } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment } from "./open-environment.ts";
import { openHost } from "./open-host.ts";
import { releaseRows, releasesText } from "./releases-text.ts";

export const command = defineCommand({
  name: "releases",
  description: "The releases that an environment keeps, newest first: any of them can be rolled back to.",
  arguments: [environmentArgument],
  options: {},
  where: "keeper",
  examples: ["cozy releases staging"],
  async run(context, { args }) {
    const opened = await openEnvironment(context, args.environment);
    const host = await openHost(context, opened);
    const rows = releaseRows(await host.observe(context.signal));
    printResult(context, rows, () => releasesText(rows, opened.environment.name, context.now()));
    return 0;
  },
});
