import { loadProject } from "../project/load-project.ts";
import { defineCommand } from "./define-command.ts";

export const command = defineCommand({
  name: "dev",
  description:
    "Runs every process type of the application once on this machine, from the working tree, with the framework's own reload and one log; Ctrl-C ends all of it. What is missing is told with the command that fixes it, before anything is started. Values come from `.env`, then from the developer's own environment, then from the project file's defaults; no value of an environment of the project is used. Schedules don't run by the clock: `--run` runs one. `--setup` installs dependencies, writes `.env` from `.env.example`, migrates and seeds the database; what is done already it leaves alone.",
  arguments: [],
  options: {
    setup: { kind: "flag", help: "prepare this machine instead of running anything" },
    port: { kind: "number", placeholder: "number", short: "p", help: "another port for the web process" },
    run: { kind: "text", placeholder: "schedule", help: "run this schedule's command once, here and now" },
  },
  examples: ["cozy dev --setup", "cozy dev", "cozy dev --port 3001", "cozy dev --run cleanup"],
  async run(context, { options }) {
    const project = await loadProject({
      from: context.cwd,
      configPath: context.configPath,
      env: context.env,
      homeFolder: context.homeFolder,
    });
    const { develop } = await import("../development/develop.ts");
    return develop(project, context, options);
  },
});
