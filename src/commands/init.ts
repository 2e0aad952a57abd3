import { relative } from "node:path";
import { initProject } from "../project/init/init-project.ts";
import { printResult } from "./command-context.ts";
import { defineCommand } from "./define-command.ts";

export const command = defineCommand({
  name: "init",
  description:
    "Looks at the Node or Django application in this folder and writes a cozy.config.ts with what it found, each value with where it came from; what it could not find is told with what to do. Where the application's own tsconfig.json would compile a file in this folder, it is a cozy.config.mjs. Never writes over a project file that is there.",
  arguments: [],
  options: {},
  examples: ["cozy init && cozy check"],
  async run(context) {
    const report = await initProject({ folder: context.cwd, nodeVersion: process.versions.node });
    printResult(context, report, () =>
      [
        `Wrote ${relative(context.cwd, report.path)}.`,
        ...section("Found:", report.found),
        ...section("Not found, please look at it:", report.missing),
        "",
        "Next: cozy check",
      ].join("\n"),
    );
    return 0;
  },
});

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}
