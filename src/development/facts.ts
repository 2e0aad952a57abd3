import { join } from "node:path";
import { withoutValue } from "./environment.ts";
import type { PlannedProcess } from "./dev-plan.ts";
import { type DependenciesFact, lookAtModules } from "./node-dependencies.ts";
import { lookAtPackages } from "./python-dependencies.ts";
import { type RuntimeFact, lookAtRuntime } from "./runtime-fact.ts";
import { scriptOf } from "./script-of.ts";
import { type PortFact, lookAtPort } from "./who-listens.ts";
import { type Workplace, isThere } from "./workplace.ts";

/** What is there and what is not, before anything is started. */
export interface Facts {
  readonly dependencies: DependenciesFact;
  readonly runtime: RuntimeFact;
  readonly port: PortFact;
  /** Variables that must have a value and have none. */
  readonly withoutValue: readonly string[];
  /** Files that commands begin with and that are not there. */
  readonly absent: readonly { readonly type: string; readonly file: string }[];
}

/** Everything at once; each look is a few files or one short process. */
export async function gatherFacts(place: Workplace, plan: readonly PlannedProcess[]): Promise<Facts> {
  const [dependencies, runtime, port, absent] = await Promise.all([
    place.app.stack === "node" ? lookAtModules(place.folder) : lookAtPackages(place),
    lookAtRuntime(place),
    lookAtPort(place.port, place.platform),
    absentScripts(place, plan),
  ]);
  return { dependencies, runtime, port, absent, withoutValue: withoutValue(place.app, place.env) };
}

async function absentScripts(place: Workplace, plan: readonly PlannedProcess[]): Promise<Facts["absent"]> {
  const looked = await Promise.all(
    plan.map(async ({ type, command }) => {
      const file = scriptOf(command);
      return file === undefined || (await isThere(join(place.folder, file))) ? [] : [{ type, file }];
    }),
  );
  return looked.flat();
}
