import { CozyError } from "../errors/cozy-error.ts";
import type { Project } from "../project/project.ts";
import { secretsFile } from "../secrets/age/encrypted-file.ts";
import { findIdentity, makeIdentity } from "../secrets/age/identity.ts";
import {
  declaredRecipients,
  recipientName,
  recipientsFile,
  withRecipient,
} from "../secrets/age/recipients.ts";
import { readRecipientsText, readSecrets, writeRecipientsText } from "../secrets/age/secrets-store.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import { identityPlace, projectOf, secretsPlace, setNow } from "./secrets-open.ts";
import type { SecretsRequest } from "./secrets.ts";

/** Makes the deployer's identity where there is none, and adds it to the recipients where it is not among them. */
export async function initSecrets(context: CommandContext, request: SecretsRequest): Promise<number> {
  const [word] = request.words;
  if (word !== undefined) {
    throw new CozyError("wrong-usage", {
      message: `cozy secrets init takes no "${word}": an identity is for all environments.`,
      next: "cozy secrets init --help",
    });
  }
  const project = await projectOf(context);
  const before = await readRecipientsText(project.root);
  const declared = declaredRecipients(before ?? "", Object.keys(project.environments));
  const found = await findIdentity(identityPlace(context));
  const already = declared.find(({ key }) => found?.publicKeys.includes(key));
  const name = already?.name ?? request.name ?? nameOf((await setNow(context)).setBy);
  if (already === undefined) {
    refuseName(
      name,
      declared.map((one) => one.name),
    );
  }
  const identity = found ?? (await makeIdentity(identityPlace(context), context.now()));
  const key = already?.key ?? identity.publicKeys[0] ?? "";
  if (already === undefined) await writeRecipientsText(project.root, withRecipient(before, { key, name }));
  const waiting = already === undefined ? await withSecrets(project) : [];
  const result = {
    identity: identity.where,
    made: found === undefined,
    recipient: { key, name },
    added: already === undefined,
    waiting,
  };
  printResult(context, result, () =>
    [
      result.made
        ? `Made your identity in ${identity.where}. Keep a copy: where it was the only recipient's, the secrets go with it.`
        : `Your identity is in ${identity.where}.`,
      result.added
        ? `Added ${key} to ${recipientsFile} as ${name}; commit it.`
        : `${recipientsFile} has its key already, as ${name}.`,
      ...waiting.map(
        (one) => `To read ${secretsFile(one)}, have somebody who can run: cozy secrets rotate ${one}`,
      ),
    ].join("\n"),
  );
  return 0;
}

/** Environments that have secrets, which are not encrypted to somebody who was just added. */
async function withSecrets(project: Project): Promise<readonly string[]> {
  const names = Object.keys(project.environments);
  const held = await Promise.all(names.map((name) => readSecrets(secretsPlace(project, name))));
  return names.filter((_, at) => (held[at] ?? []).length > 0);
}

function nameOf(user: string): string {
  return user.replaceAll(/[^\w.@+-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "") || "somebody";
}

function refuseName(name: string, taken: readonly string[]): void {
  if (!recipientName.test(name)) {
    throw new CozyError("wrong-usage", {
      message: `"${name}" is no name for ${recipientsFile}: a word of letters, digits and . _ @ + -`,
      next: "cozy secrets init --name <word>",
    });
  }
  if (!taken.includes(name)) return;
  throw new CozyError("wrong-usage", {
    message: `${recipientsFile} has another key of "${name}" already.`,
    state: "Nothing was changed.",
    next: "Give this one a name of its own: cozy secrets init --name <word>",
  });
}
