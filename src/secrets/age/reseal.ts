import type { SealedSecret } from "./encrypted-file.ts";
import type { Identity } from "./identity.ts";
import { openSecret } from "./open-secrets.ts";
import { recipientsMark, type Recipient } from "./recipients.ts";
import { seal } from "./sealed-value.ts";
import type { SecretsPlace } from "./secrets-store.ts";

export interface Resealed {
  readonly secrets: readonly SealedSecret[];
  /** The names that were encrypted anew. */
  readonly changed: readonly string[];
  /** Who can read them now and could not before, and the other way round; by name. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Encrypts anew what is not encrypted to exactly these recipients. When and by whom a value was set stays, and who could read it
 * without being a recipient any more is noted until it gets a new value: git's history goes on giving them the old file.
 */
export async function reseal(
  secrets: readonly SealedSecret[],
  recipients: readonly Recipient[],
  place: SecretsPlace,
  identity: Identity,
): Promise<Resealed> {
  const mark = recipientsMark(recipients);
  const stale = secrets.filter((one) => one.recipients !== mark);
  const added = new Set<string>();
  const removed = new Set<string>();
  const fresh = new Map<string, SealedSecret>();
  for (const sealed of stale) {
    const { value, recipients: before } = await openSecret(sealed, place, identity);
    const gone = without(before, recipients);
    for (const { name } of gone) removed.add(name);
    for (const { name } of without(recipients, before)) added.add(name);
    const exposedTo = [...new Set([...sealed.exposedTo, ...gone.map(({ name }) => name)])];
    fresh.set(sealed.name, await seal({ ...sealed, value, exposedTo }, place.environment, recipients));
  }
  return {
    secrets: secrets.map((sealed) => fresh.get(sealed.name) ?? sealed),
    changed: [...fresh.keys()],
    added: [...added],
    removed: [...removed],
  };
}

function without(some: readonly Recipient[], others: readonly Recipient[]): Recipient[] {
  return some.filter(({ key }) => others.every((other) => other.key !== key));
}
