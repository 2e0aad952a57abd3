import { secretsFile, type SealedSecret } from "../secrets/age/encrypted-file.ts";
import { recipientsFor, recipientsMark } from "../secrets/age/recipients.ts";
import { readRecipientsText, readSecrets } from "../secrets/age/secrets-store.ts";
import { disagreement, wantedSecrets } from "../secrets/age/wanted-secrets.ts";
import { listed } from "../shared/words.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import { openSecretsOf } from "./secrets-open.ts";
import type { SecretsRequest } from "./secrets.ts";
import { textTable } from "./text-table.ts";

/** The names of an environment's secrets with what is to be done about them; no value is decrypted for it. */
export async function listSecrets(context: CommandContext, { words }: SecretsRequest): Promise<number> {
  const { environment, place } = await openSecretsOf(context, words);
  const [secrets, recipientsText] = await Promise.all([readSecrets(place), readRecipientsText(place.root)]);
  const recipients = recipientsFor(recipientsText ?? "", environment.name, place.environments);
  const held = secrets.map(({ name }) => name);
  const { missing, extra } = disagreement(held, wantedSecrets(environment));
  const mark = recipientsMark(recipients);
  const list = secrets.map(({ name, setOn, setBy, exposedTo, recipients: to }) => ({
    name,
    setOn,
    setBy,
    exposedTo,
    taken: !extra.includes(name),
    stale: to !== mark,
  }));
  const readers = recipients.map(({ name }) => name);
  printResult(context, { environment: environment.name, readers, secrets: list, missing }, () =>
    [
      secrets.length === 0
        ? `${secretsFile(environment.name)} holds no secrets.`
        : textTable(list.map((one) => [one.name, `set ${one.setOn} by ${one.setBy}`, notes(one)])),
      ...missing.map((name) => `Missing: cozy secrets set ${environment.name} ${name}`),
      readers.length === 0
        ? "Nobody is declared to read them: cozy secrets init"
        : `Read by ${listed(readers)}.`,
      ...(list.some(({ stale }) => stale) ? [`To do: cozy secrets rotate ${environment.name}`] : []),
    ].join("\n"),
  );
  return 0;
}

function notes({
  exposedTo,
  taken,
  stale,
}: Pick<SealedSecret, "exposedTo"> & { readonly taken: boolean; readonly stale: boolean }): string {
  return [
    ...(exposedTo.length === 0 ? [] : [`${listed(exposedTo)} has seen it: needs a new value`]),
    ...(stale ? ["encrypted to other recipients than today's"] : []),
    ...(taken ? [] : ["taken by nothing"]),
  ].join("; ");
}
