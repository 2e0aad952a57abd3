import { draftOf, type Draft } from "./draft.ts";
import { type Fault, fault, isWithin } from "./faults.ts";
import type { ProjectFile } from "./input.ts";
import { normaliseProject } from "./normalise.ts";
import type { Project, RuntimeRequest } from "./project.ts";
import { ruleFaults } from "./rules.ts";
import type { CronFault } from "./rules-schedules.ts";
import type { RuntimeFound } from "./runtime.ts";
import { projectSchema } from "./schema/project.ts";
import { schemaFaults } from "./schema/schema-faults.ts";

export interface Place {
  readonly root: string;
  readonly configPath: string;
  readonly homeFolder: string;
  /** The Node or Python that the files of the application ask for, when the project file does not say. */
  readonly findRuntime: (folder: string, engine: RuntimeRequest["engine"]) => RuntimeFound;
  readonly cronFault: CronFault;
}

export type Parsed =
  | { readonly ok: true; readonly project: Project }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** From what the project file exports to the project, or to all its faults at once. */
export function parseProject(exported: unknown, place: Place): Parsed {
  const refused = schemaFaults(projectSchema, exported);
  const draft = draftOf(exported, refused);
  const asked = draft.app && runtimeOf(draft.app, place);
  const broken = [
    ...ruleFaults(draft, place.cronFault, place.root),
    ...(asked && !asked.ok ? [fault(["app", "runtime"], asked.reason)] : []),
  ].filter(
    (one) => !refused.some((other) => isWithin(other.path, one.path) || isWithin(one.path, other.path)),
  );
  const faults = [...refused, ...broken];
  if (faults.length > 0 || !asked?.ok) return { ok: false, faults };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema has just let it pass
  const file = exported as ProjectFile;
  return { ok: true, project: normaliseProject(file, { ...place, runtime: asked.runtime }) };
}

function runtimeOf(
  app: NonNullable<Draft["app"]>,
  place: Place,
): { readonly ok: true; readonly runtime: RuntimeRequest } | { readonly ok: false; readonly reason: string } {
  const engine = app.kind === "django" ? "python" : "node";
  if (app.runtime === undefined) return place.findRuntime(app.folder ?? ".", engine);
  const source = place.configPath.split(/[\\/]/).at(-1) ?? place.configPath;
  return { ok: true, runtime: { engine, version: app.runtime.replace(/^v/, ""), source } };
}
