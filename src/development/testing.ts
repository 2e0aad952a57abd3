import { parseProject } from "../project/parse-project.ts";
import { cronFault } from "../schedules/times.ts";
import type { App } from "../project/project.ts";

/** An application as the rest of cozy sees it, from what stands in a project file. */
export function appOf(app: { readonly variables?: object; readonly [field: string]: unknown }): App {
  // Whether an environment gives what is declared is not what is tested.
  const names = Object.keys(app.variables ?? {});
  const variables = Object.fromEntries(names.map((name) => [name, { from: "environment" }]));
  const local = { target: { kind: "this-machine", port: 8100 }, variables };
  const parsed = parseProject(
    { name: "tiny", app, environments: { local } },
    {
      root: "/project",
      configPath: "/project/cozy.config.ts",
      homeFolder: "/home/ada",
      cronFault,
      findRuntime: (_folder, engine) => ({
        ok: true,
        runtime: {
          engine: engine ?? "node",
          version: engine === "python" ? ">=3.11" : ">=22.15",
          source: "a test",
        },
      }),
    },
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults, undefined, 2));
  return parsed.project.app;
}
