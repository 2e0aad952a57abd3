import { relative } from "node:path";
import { loadProject } from "../project/load-project.ts";
import { certificateFileWarnings } from "../project/certificate-file-warnings.ts";
import { projectWarnings } from "../project/warnings.ts";
import { secretsWarnings } from "../secrets/age/secrets-warnings.ts";
import { npmWarnings } from "../stacks/npm-warnings.ts";
import { addressOf } from "./address.ts";
import { printResult } from "./command-context.ts";
import { defineCommand } from "./define-command.ts";
import { textTable } from "./text-table.ts";

const engineNames = { node: "Node", python: "Python" } as const;

export const command = defineCommand({
  name: "check",
  description:
    "Reads the project file and tells all of its faults at once, each with its place, and what is likely not meant. Touches no environment, builds nothing and looks up no value of a variable.",
  arguments: [],
  options: {},
  examples: ["cozy check", "cozy check --json"],
  async run(context) {
    const project = await loadProject({
      from: context.cwd,
      configPath: context.configPath,
      env: context.env,
      homeFolder: context.homeFolder,
    });
    const { engine, version, source } = project.app.runtime;
    const warnings = [
      ...projectWarnings(project),
      ...(await npmWarnings(project)),
      ...(await secretsWarnings(project)),
      ...(await certificateFileWarnings(project, context.now())),
    ];
    printResult(context, { ...project, warnings }, () =>
      [
        `${relative(context.cwd, project.configPath) || project.configPath} is in order: ${project.name}, ${engineNames[engine]} ${version} (${source})`,
        textTable(
          Object.values(project.environments).map((environment) => [
            environment.name,
            addressOf(environment),
            Object.entries(environment.processes)
              .map(([type, { count }]) => `${type} ×${count}`)
              .join(", "),
          ]),
          "  ",
        ),
        ...warnings.map((warning) => `warning: ${warning}`),
      ].join("\n"),
    );
    return 0;
  },
});
