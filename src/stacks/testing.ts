import { buildArtifact, type BuiltArtifact } from "../artifacts/build-artifact.ts";
import { describeSource } from "../artifacts/git-source.ts";
import { chooseRuntime } from "../artifacts/runtime.ts";
import { djangoApp, djangoFiles, pythonWorkshop, repositoryOf, type Files } from "../artifacts/testing.ts";
import type { Workshop } from "../artifacts/workshop.ts";
import type { DjangoApp } from "../project/input.ts";

/** The smallest Django application. */
export const fixture: Files = await djangoFiles();

/** A file that the fixture has, and the application under test has not. */
export const absent = "absent";

export interface DjangoBuild {
  readonly app?: Partial<DjangoApp>;
  readonly workshop?: Workshop;
  readonly runTimeNames?: readonly string[];
}

/** Builds the fixture with some of its files changed. */
export async function buildDjango(
  files: Files,
  { app, workshop, runTimeNames = [] }: DjangoBuild = {},
): Promise<BuiltArtifact> {
  const within = workshop ?? (await pythonWorkshop());
  const kept = Object.entries({ ...fixture, ...files }).filter(([, text]) => text !== absent);
  const folder = await repositoryOf(Object.fromEntries(kept));
  const whole = djangoApp(app);
  const [source, runtime] = await Promise.all([
    describeSource({ folder }, within.signal),
    chooseRuntime(whole.runtime, within),
  ]);
  return buildArtifact({ source, app: whole, secrets: {}, runtime, runTimeNames }, within);
}

/** The fixture's settings with a place of them changed, and more at the end. */
export function settings(more: string, from = "", to = ""): Files {
  return { "tiny/settings.py": `${(fixture["tiny/settings.py"] ?? "").replace(from, to)}\n${more}\n` };
}
