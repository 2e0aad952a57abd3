import { CozyError } from "../../errors/cozy-error.ts";
import { damagedFile, secretsFile, type SealedSecret } from "./encrypted-file.ts";
import { requireIdentity, type Identity, type IdentityPlace } from "./identity.ts";
import { recipientsFile, recipientsFor, recipientsMark } from "./recipients.ts";
import { unseal, type OpenSecret } from "./sealed-value.ts";
import { readRecipientsText, readSecrets, type SecretsPlace } from "./secrets-store.ts";

/**
 * Looks values up in an environment's encrypted file, as a deploy does: the file and the identity are read at the first question, and
 * only what is asked for is decrypted. `undefined` where the file holds none of that name.
 */
export function environmentSecrets(
  place: SecretsPlace,
  identityPlace: IdentityPlace,
): (name: string) => Promise<string | undefined> {
  let sealed: Promise<readonly SealedSecret[]> | undefined;
  let identity: Promise<Identity> | undefined;
  return async (name) => {
    const found = (await (sealed ??= readSecrets(place))).find((one) => one.name === name);
    if (found === undefined) return undefined;
    identity ??= requireIdentity(identityPlace);
    return (await openSecret(found, place, await identity)).value.reveal();
  };
}

/** Decrypts one secret, or tells why it can't be done. */
export async function openSecret(
  sealed: SealedSecret,
  place: SecretsPlace,
  identity: Identity,
): Promise<OpenSecret> {
  const opened = await unseal(sealed, place.environment, identity.keys);
  if (opened === undefined) throw await whyNot(sealed, place, identity);
  return opened;
}

/** Decrypts all of them. */
export async function openSecrets(
  sealed: readonly SealedSecret[],
  place: SecretsPlace,
  identity: Identity,
): Promise<ReadonlyMap<string, OpenSecret>> {
  const opened = new Map<string, OpenSecret>();
  for (const one of sealed) opened.set(one.name, await openSecret(one, place, identity));
  return opened;
}

/** age can't tell another's file from a damaged one; whom it was encrypted to can. */
async function whyNot(sealed: SealedSecret, place: SecretsPlace, identity: Identity): Promise<CozyError> {
  const { root, environment, environments } = place;
  const recipients = recipientsFor((await readRecipientsText(root)) ?? "", environment, environments);
  const declared = recipients.some(({ key }) => identity.publicKeys.includes(key));
  if (declared && sealed.recipients === recipientsMark(recipients)) {
    return damagedFile(secretsFile(environment), `${sealed.name} can't be decrypted`);
  }
  return notForYou(sealed.name, environment, identity, declared);
}

/** The identity is not among those that a secret is encrypted to. */
function notForYou(
  name: string,
  environment: string,
  { where, publicKeys }: Identity,
  declared: boolean,
): CozyError {
  const rotate = `have somebody who can read the secrets run: cozy secrets rotate ${environment}`;
  const add = `Put \`${publicKeys[0] ?? ""} <name>\` into ${recipientsFile}, commit it, and ${rotate}`;
  return new CozyError("secrets-not-for-you", {
    message: `${name} in ${secretsFile(environment)} is not encrypted to the identity in ${where}.`,
    state: "Nothing was changed.",
    next: declared ? `${rotate.charAt(0).toUpperCase()}${rotate.slice(1)}` : add,
  });
}
