import { CozyError } from "../errors/cozy-error.ts";
import { recipientsFile } from "../secrets/age/recipients.ts";
import { requireIdentity, type Identity } from "../secrets/age/identity.ts";
import { reseal, type Resealed } from "../secrets/age/reseal.ts";
import {
  changeSecrets,
  readRecipients,
  readSecrets,
  type SecretsPlace,
} from "../secrets/age/secrets-store.ts";
import { counted, listed } from "../shared/words.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import { identityPlace, openSecretsOf, projectOf, secretsPlace } from "./secrets-open.ts";
import type { SecretsRequest } from "./secrets.ts";

interface Rotated extends Omit<Resealed, "secrets"> {
  readonly environment: string;
  /** Secrets whose values somebody knows who is no recipient any more. */
  readonly exposed: readonly string[];
}

/** Encrypts anew what is encrypted to others than today's recipients; nothing is written where one of the environments can't be read. */
export async function rotateSecrets(context: CommandContext, { words }: SecretsRequest): Promise<number> {
  const places = await placesOf(context, words);
  const identity = await requireIdentity(identityPlace(context));
  const done: { readonly place: SecretsPlace; readonly resealed: Resealed }[] = [];
  for (const place of places) {
    const recipients = await readRecipients(place);
    refuseLockingOut(
      recipients.map(({ key }) => key),
      place.environment,
      identity,
    );
    done.push({ place, resealed: await reseal(await readSecrets(place), recipients, place, identity) });
  }
  for (const { place, resealed } of done) {
    const fresh = new Map(resealed.secrets.map((one) => [one.name, one]));
    await changeSecrets(place, async (secrets) => secrets.map((one) => fresh.get(one.name) ?? one));
  }
  const rotated = done.map(({ place: { environment }, resealed: { secrets, ...rest } }): Rotated => ({
    environment,
    ...rest,
    exposed: secrets.flatMap(({ name, exposedTo }) => (exposedTo.length > 0 ? [name] : [])),
  }));
  printResult(context, rotated, () => rotated.flatMap(rotatedText).join("\n") || "There are no secrets yet.");
  return 0;
}

/** The environment that is named, or all that have secrets. */
async function placesOf(context: CommandContext, words: readonly string[]): Promise<SecretsPlace[]> {
  if (words.length > 1) {
    throw new CozyError("wrong-usage", {
      message: "cozy secrets rotate takes one environment, or none for all of them.",
      next: "cozy secrets rotate",
    });
  }
  if (words.length === 1) return [(await openSecretsOf(context, words)).place];
  const project = await projectOf(context);
  const all = Object.keys(project.environments).map((name) => secretsPlace(project, name));
  const held = await Promise.all(all.map(readSecrets));
  return all.filter((_, at) => (held[at] ?? []).length > 0);
}

function refuseLockingOut(keys: readonly string[], environment: string, identity: Identity): void {
  if (keys.some((key) => identity.publicKeys.includes(key))) return;
  throw new CozyError("secrets-not-for-you", {
    message: `${recipientsFile} does not name the identity in ${identity.where} for ${environment}: you would lock yourself out.`,
    state: "Nothing was changed.",
    next: `Have somebody whom it names run: cozy secrets rotate ${environment}`,
  });
}

function rotatedText({ environment, changed, added, removed, exposed }: Rotated): string[] {
  const who = [
    ...(added.length === 0 ? [] : [`${listed(added)} can read them now`]),
    ...(removed.length === 0 ? [] : [`${listed(removed)} can't any more`]),
  ];
  return [
    changed.length === 0
      ? `${environment}: all secrets are encrypted to today's recipients; nothing was changed.`
      : `${environment}: ${counted(changed.length, "secret")} encrypted anew${who.length === 0 ? "" : `; ${who.join(", ")}`}. Commit it.`,
    ...(exposed.length === 0
      ? []
      : [
          "  Somebody who is no recipient any more has seen these, and finds them in git's history. Give each a new value where it comes from, then:",
          ...exposed.map((name) => `    cozy secrets set ${environment} ${name}`),
        ]),
  ];
}
