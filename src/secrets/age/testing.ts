import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { Secret } from "../secret.ts";
import type { Identity } from "./identity.ts";
import type { Recipient } from "./recipients.ts";

/** A person who can read secrets, for tests. */
export interface Person {
  readonly identity: Identity;
  readonly recipient: Recipient;
  /** The secret key itself. */
  readonly key: string;
}

export async function person(name: string): Promise<Person> {
  const key = await generateX25519Identity();
  const publicKey = await identityToRecipient(key);
  return {
    key,
    identity: { where: `the identity of ${name}`, keys: [new Secret(key)], publicKeys: [publicKey] },
    recipient: { key: publicKey, name },
  };
}
