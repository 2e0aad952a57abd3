import { join } from "node:path";
import type { Project } from "../project/project.ts";
import { npmFaults } from "./npm-faults.ts";
import { readPackageScripts } from "./package-scripts.ts";

/** What commands of the project ask of npm and would fail a build, by the package.json that lies there now. */
export async function npmWarnings({ root, app }: Project): Promise<readonly string[]> {
  if (app.stack !== "node") return [];
  const faults = npmFaults(app, await readPackageScripts(join(root, app.folder)));
  return faults.map(
    ({ of, command, why }) => `app.${of} is \`${command}\`, which a release can't run: ${why}`,
  );
}
