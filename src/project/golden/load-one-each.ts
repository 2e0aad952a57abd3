import { join } from "node:path";
import { CozyError } from "../../errors/cozy-error.ts";
import { loadProject } from "../load-project.ts";

/**
 * Loads the project of each folder that is named, in a Node of its own (a test runner puts itself between `import()` and Node), and
 * prints what came of it: the error as a user reads it, or `ok`.
 */
const results: string[] = [];
for (const folder of process.argv.slice(2)) {
  results.push(await outcome(folder));
}
process.stdout.write(JSON.stringify(results));

async function outcome(folder: string): Promise<string> {
  try {
    const project = await loadProject({ from: folder, homeFolder: join(folder, ".."), timeoutMs: 500 });
    return `ok: ${project.name} with ${Object.keys(project.environments).join(", ")}`;
  } catch (error) {
    if (!(error instanceof CozyError)) return `not a CozyError: ${String(error)}`;
    const lines = [
      `[${error.code}] ${error.message}`,
      ...error.details.map((line) => `  ${line}`),
      `next: ${error.next ?? ""}`,
    ];
    return lines.join("\n").replaceAll(folder, "<folder>");
  }
}
