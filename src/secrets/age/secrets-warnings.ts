import type { Project } from "../../project/project.ts";
import { readSecrets } from "./secrets-store.ts";
import { disagreement, disagreementWarnings, wantedSecrets } from "./wanted-secrets.ts";

/**
 * Where encrypted files and the project file do not agree, for all environments or for those named: by names alone, so that it takes no
 * identity.
 */
export async function secretsWarnings(
  { root, environments }: Project,
  names: readonly string[] = Object.keys(environments),
): Promise<readonly string[]> {
  const asked = Object.values(environments).filter(({ name }) => names.includes(name));
  const warnings = await Promise.all(
    asked.map(async (environment) => {
      const place = { root, environment: environment.name, environments: Object.keys(environments) };
      const held = (await readSecrets(place)).map(({ name }) => name);
      return disagreementWarnings(environment.name, disagreement(held, wantedSecrets(environment)));
    }),
  );
  return warnings.flat();
}
