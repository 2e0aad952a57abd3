import { access } from "node:fs/promises";
import { join } from "node:path";
import type { KeptRuntime, KeptTree } from "../artifacts/kept-runtime.ts";
import { CozyError } from "../errors/cozy-error.ts";
import type { App } from "../project/project.ts";

/** Programs that come with packages, by the package that brings them. */
const packages: Readonly<Record<string, string>> = {
  gunicorn: "gunicorn",
  uvicorn: "uvicorn",
  hypercorn: "hypercorn",
  daphne: "daphne",
  granian: "granian",
  "waitress-serve": "waitress",
  celery: "celery",
};

/** Refuses an application whose processes begin with a program of a package that it does not require. */
export async function requirePrograms(
  { processes, django }: Pick<App, "processes" | "django">,
  tree: KeptTree,
  runtime: KeptRuntime,
): Promise<void> {
  for (const [type, { command }] of Object.entries(processes)) {
    const name = packages[command[0] ?? ""];
    if (name === undefined || (await isThere(join(tree.folder, "bin", command[0] ?? "")))) continue;
    const file = django?.requirements ?? "the requirements";
    throw new CozyError("program-missing", {
      message: `The process \`${type}\` is started with ${command[0]}, which is not among the packages of ${file} (Python ${runtime.version}).`,
      state: "No artifact was made, and nothing that serves was touched.",
      next: `Add ${name} to what ${file} is made from, make it anew, and commit it; another server is named by the process's \`server\` or \`command\` in cozy.config.ts.`,
    });
  }
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
