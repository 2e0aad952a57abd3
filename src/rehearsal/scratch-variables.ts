import type { EnvironmentRecord } from "../hosts/release-folder.ts";
import { serviceNames, serviceVariables, type Environment } from "../project/project.ts";
import { Secret } from "../secrets/secret.ts";
import { revealed, type ResolvedVariables } from "../secrets/resolve-variables.ts";

export interface ScratchVariableFacts {
  /** What the release was placed with in its own environment. */
  readonly placed: EnvironmentRecord;
  /** What cozy itself had put there: it is put there anew, for the scratch environment. */
  readonly byCozy: ResolvedVariables;
  readonly environment: Pick<Environment, "database" | "media">;
  /** Values in the place of those that were drawn for the environment. */
  readonly drawn: Readonly<Record<string, string>>;
  /** What differs in a rehearsal, by the project file. */
  readonly differing: ResolvedVariables;
  /** The scratch environment's own folders. */
  readonly folders: { readonly home: string; readonly temporary: string };
}

/**
 * The variables of a release in a scratch environment: its own, without what leads to its environment's database, files, keys and
 * services. Pure.
 */
export function scratchVariables(facts: ScratchVariableFacts): ResolvedVariables {
  const { placed, environment, drawn, differing, folders } = facts;
  const byCozy = revealed(facts.byCozy);
  const never = new Set([environment.database?.variable, environment.media?.variable]);
  const own = Object.entries(placed.variables).filter(
    ([name, value]) => !never.has(name) && byCozy[name] !== value,
  );
  const secrets = new Set(placed.secrets);
  const kept = own.map(([name, value]): [string, string | Secret] => [
    name,
    secrets.has(name) ? new Secret(drawn[name] ?? value) : (drawn[name] ?? value),
  ]);
  const services = serviceNames
    .map((name) => serviceVariables[name])
    .filter((variable) => variable in placed.variables);
  return {
    ...Object.fromEntries(kept),
    ...Object.fromEntries(services.map((variable) => [variable, "memory:"])),
    HOME: folders.home,
    TMPDIR: folders.temporary,
    ...differing,
  };
}

/** A value of the same length for each that was drawn for the environment, by name. */
export function drawnAnew(
  drawn: Readonly<Record<string, string>>,
  random: (sizeBytes: number) => Uint8Array,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(drawn).map(([name, value]) => [
      name,
      Buffer.from(random(Math.ceil((value.length * 3) / 4)))
        .toString("base64url")
        .slice(0, value.length),
    ]),
  );
}
