import type { DeclaredVariable, ValueSource } from "../project/project.ts";
import { holdsPassword, looksSecret, Secret } from "../secrets/secret.ts";
import type { Described } from "./difference.ts";

/**
 * Where each variable's value comes from, and the value itself where it stands in the project file and is no secret. Pure; no value
 * from anywhere else is looked up.
 */
export function describeVariables(
  declared: Readonly<Record<string, DeclaredVariable>>,
  variables: Readonly<Record<string, ValueSource>>,
): Described {
  const defaults = Object.entries(declared).flatMap(([name, { default: value }]) =>
    value === undefined || name in variables ? [] : [[`variable ${name}`, literal(value)] as const],
  );
  const given = Object.entries(variables).map(([name, source]) => {
    const secret = source.from === "literal" && (declared[name]?.secret ?? looksSecret(name));
    return [`variable ${name}`, secret ? new Secret(source.value) : sourceWords(source)] as const;
  });
  return Object.fromEntries([...defaults, ...given].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Where a value comes from, in words; the value itself where it stands in the project file. */
export function sourceWords(source: ValueSource): string | Secret {
  if (source.from === "literal") return literal(source.value);
  if (source.from === "environment") return `${source.name} of the deployer's environment`;
  if (source.from === "dotenv") return `${source.name} in ${source.file}`;
  if (source.from === "secrets") return `${source.name} of the environment's secrets`;
  return `drawn at random, ${source.bytes} bytes`;
}

/** An address may hold a password. */
function literal(value: string): string | Secret {
  if (holdsPassword(value)) return new Secret(value);
  return value === "" ? '""' : value;
}
