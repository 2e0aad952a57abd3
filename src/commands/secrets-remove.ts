import { CozyError } from "../errors/cozy-error.ts";
import { secretsFile } from "../secrets/age/encrypted-file.ts";
import { changeSecrets } from "../secrets/age/secrets-store.ts";
import { wantedSecrets } from "../secrets/age/wanted-secrets.ts";
import { listed } from "../shared/words.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import { openSecretsOf, unknownSecret } from "./secrets-open.ts";
import type { SecretsRequest } from "./secrets.ts";

/** Takes secrets out of the file; all of them or, where one is not there, none. It needs no identity. */
export async function removeSecrets(context: CommandContext, { words }: SecretsRequest): Promise<number> {
  const { environment, place, names } = await openSecretsOf(context, words);
  if (names.length === 0) {
    throw new CozyError("wrong-usage", {
      message: "cozy secrets remove takes the names of the secrets.",
      next: "cozy secrets remove <environment> <name>",
    });
  }
  await changeSecrets(place, async (secrets) => {
    const held = secrets.map(({ name }) => name);
    const unknown = names.filter((name) => !held.includes(name));
    if (unknown.length > 0) throw unknownSecret(unknown, held, environment.name);
    return secrets.filter(({ name }) => !names.includes(name));
  });
  const stillTaken = wantedSecrets(environment).filter((name) => names.includes(name));
  printResult(context, { environment: environment.name, removed: names, stillTaken }, () =>
    [
      `Removed ${listed(names)} from ${secretsFile(environment.name)}; commit it. Git's history still has the values.`,
      ...stillTaken.map((name) => `${environment.name} still takes ${name}: it can't be deployed as it is.`),
    ].join("\n"),
  );
  return 0;
}
