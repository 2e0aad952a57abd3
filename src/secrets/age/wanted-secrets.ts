import type { Environment, ValueSource } from "../../project/project.ts";
import { secretsFile } from "./encrypted-file.ts";

/** The names that an environment takes from its encrypted file, each once, sorted. Pure. */
export function wantedSecrets({ variables, rehearsal, access }: Environment): readonly string[] {
  const sources: readonly (ValueSource | undefined)[] = [
    ...Object.values(variables),
    ...Object.values(rehearsal?.variables ?? {}),
    access?.password?.value,
  ];
  const names = sources.flatMap((source) => (source?.from === "secrets" ? [source.name] : []));
  return [...new Set(names)].toSorted((a, b) => (a < b ? -1 : 1));
}

/** Where an encrypted file and the project file do not agree. */
export interface SecretsDisagreement {
  /** Taken by the environment, and not in its file. */
  readonly missing: readonly string[];
  /** In the file, and taken by nothing. */
  readonly extra: readonly string[];
}

/** What is missing from the names of an encrypted file, and what is too much. Pure. */
export function disagreement(held: readonly string[], wanted: readonly string[]): SecretsDisagreement {
  return {
    missing: wanted.filter((name) => !held.includes(name)),
    extra: held.filter((name) => !wanted.includes(name)),
  };
}

/** The same in sentences, as a deploy and `cozy check` warn of it. Pure. */
export function disagreementWarnings(
  environment: string,
  { missing, extra }: SecretsDisagreement,
): readonly string[] {
  const file = secretsFile(environment);
  return [
    ...missing.map(
      (name) =>
        `${environment} takes ${name} from ${file}, which does not hold it: cozy secrets set ${environment} ${name}`,
    ),
    ...extra.map(
      (name) =>
        `${file} holds ${name}, which nothing in ${environment} takes; if it is not for later: cozy secrets remove ${environment} ${name}`,
    ),
  ];
}
