import { loadProject } from "../project/load-project.ts";
import type { Project } from "../project/project.ts";
import type { CommandContext } from "./command-context.ts";

/** The project file, read once a command; on a host it is the one that came with the order. */
export async function projectOf(context: CommandContext): Promise<Project> {
  if (context.project !== undefined) return context.project;
  const { cwd, configPath, env, homeFolder } = context;
  return loadProject({ from: cwd, configPath, env, homeFolder });
}
