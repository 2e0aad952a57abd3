import type { CommandContext } from "./command-context.ts";
import { projectOf } from "./project-of.ts";

/** The working tree and the environment that `cozy dev` has: for commands that can be asked about `dev` in place of an environment. */
export interface DevelopmentPlace {
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly console: readonly string[];
}

/** `undefined` where another environment is meant; one that the project calls `dev` itself counts before the working tree. */
export async function developmentPlace(
  context: CommandContext,
  environment: string | undefined,
): Promise<DevelopmentPlace | undefined> {
  if (environment !== "dev") return undefined;
  const project = await projectOf(context);
  if (Object.hasOwn(project.environments, "dev")) return undefined;
  const { openWorkplace } = await import("../development/workplace.ts");
  const { folder, env } = await openWorkplace(project, {
    own: context.env,
    platform: process.platform,
    colour: context.stdout.isTTY === true && context.env["NO_COLOR"] === undefined,
  });
  return { folder, variables: env, console: project.app.console };
}
