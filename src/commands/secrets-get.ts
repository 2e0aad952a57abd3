import { requireIdentity } from "../secrets/age/identity.ts";
import { openSecret } from "../secrets/age/open-secrets.ts";
import { readSecrets } from "../secrets/age/secrets-store.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import { identityPlace, onlyName, openSecretsOf, unknownSecret } from "./secrets-open.ts";
import type { SecretsRequest } from "./secrets.ts";

/** Prints one value, for the person or the program that asked for it by name. */
export async function getSecret(context: CommandContext, { words }: SecretsRequest): Promise<number> {
  const { environment, place, names } = await openSecretsOf(context, words);
  const name = onlyName(names, "get");
  const secrets = await readSecrets(place);
  const sealed = secrets.find((one) => one.name === name);
  if (sealed === undefined) {
    const held = secrets.map((one) => one.name);
    throw unknownSecret([name], held, environment.name);
  }
  const { value } = await openSecret(sealed, place, await requireIdentity(identityPlace(context)));
  printResult(context, { name, value: value.reveal() }, () => value.reveal());
  return 0;
}
