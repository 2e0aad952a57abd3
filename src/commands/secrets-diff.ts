import { CozyError } from "../errors/cozy-error.ts";
import { compareSecrets, type ComparedSecret } from "../secrets/age/compare-secrets.ts";
import { secretsFile } from "../secrets/age/encrypted-file.ts";
import { requireIdentity } from "../secrets/age/identity.ts";
import { openSecrets } from "../secrets/age/open-secrets.ts";
import { readSecrets } from "../secrets/age/secrets-store.ts";
import { disagreement, disagreementWarnings, wantedSecrets } from "../secrets/age/wanted-secrets.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import { identityPlace, openSecretsOf, type OpenSecretsOf } from "./secrets-open.ts";
import type { SecretsRequest } from "./secrets.ts";
import { textTable } from "./text-table.ts";

/** The word for what the project file takes, in the place of another environment. */
const declared = "declared";

/** Compares the names with what the project file takes, or names and values with another environment; no value is shown. */
export async function diffSecrets(context: CommandContext, { words }: SecretsRequest): Promise<number> {
  const one = await openSecretsOf(context, words);
  const [other = declared, ...more] = one.names;
  if (more.length > 0 || other === one.environment.name) {
    throw new CozyError("wrong-usage", {
      message: "cozy secrets diff takes an environment, and another one or `declared`.",
      next: "cozy secrets diff <environment> <other>",
    });
  }
  return other === declared ? withDeclared(context, one) : withOther(context, one, other);
}

async function withDeclared(context: CommandContext, { environment, place }: OpenSecretsOf): Promise<number> {
  const held = (await readSecrets(place)).map(({ name }) => name);
  const found = disagreement(held, wantedSecrets(environment));
  const warnings = disagreementWarnings(environment.name, found);
  printResult(context, { environment: environment.name, ...found }, () =>
    warnings.length === 0
      ? `${secretsFile(environment.name)} holds just what ${environment.name} takes.`
      : warnings.join("\n"),
  );
  return 0;
}

async function withOther(context: CommandContext, one: OpenSecretsOf, name: string): Promise<number> {
  const other = await openSecretsOf(context, [name]);
  const identity = await requireIdentity(identityPlace(context));
  const [left, right] = await Promise.all(
    [one, other].map(async ({ place }) => openSecrets(await readSecrets(place), place, identity)),
  );
  const environments = [one.environment.name, other.environment.name] as const;
  const secrets = compareSecrets(left ?? new Map(), right ?? new Map());
  printResult(context, { environments, secrets }, () =>
    secrets.length === 0
      ? "Neither of them holds a secret."
      : textTable(secrets.map((secret) => [secret.name, wordsFor(secret, environments)])),
  );
  return 0;
}

function wordsFor({ is }: ComparedSecret, [one, other]: readonly [string, string]): string {
  if (is === "only-in-one") return `only in ${one}`;
  if (is === "only-in-other") return `only in ${other}`;
  return is === "same" ? "the same value in both" : "a value of its own in each";
}
