import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CozyError, systemCode } from "../../errors/cozy-error.ts";
import { writeAtomically } from "../../shared/atomic-write.ts";
import { encryptedText, parseEncrypted, secretsFile, type SealedSecret } from "./encrypted-file.ts";
import { recipientsFile, recipientsFor, type Recipient } from "./recipients.ts";

/** Whose secrets, and where they are kept. */
export interface SecretsPlace {
  /** The project's folder. */
  readonly root: string;
  readonly environment: string;
  /** All environments of the project, which `secrets/recipients` may name. */
  readonly environments: readonly string[];
}

/** The secrets of an environment, with their values as they are encrypted; none where there is no file. */
export async function readSecrets({ root, environment }: SecretsPlace): Promise<readonly SealedSecret[]> {
  const file = secretsFile(environment);
  const text = await readIfThere(join(root, file));
  return text === undefined ? [] : parseEncrypted(text, environment, file);
}

/**
 * Writes what `change` makes of an environment's secrets. A change of somebody else that comes in between is not written over. A file
 * that would hold the same as before is left alone.
 */
export async function changeSecrets(
  { root, environment }: SecretsPlace,
  change: (secrets: readonly SealedSecret[]) => Promise<readonly SealedSecret[]>,
): Promise<void> {
  const file = secretsFile(environment);
  const path = join(root, file);
  const before = await readIfThere(path);
  const text = encryptedText(
    environment,
    await change(before === undefined ? [] : parseEncrypted(before, environment, file)),
  );
  if ((await readIfThere(path)) !== before) {
    throw new CozyError("secrets-changed", {
      message: `${file} was changed by somebody else at the same time.`,
      state: "It is as they left it.",
      next: "Run the same command again.",
    });
  }
  if (text === before) return;
  await mkdir(dirname(path), { recursive: true });
  await writeAtomically(path, text, 0o644);
}

/** The text of `secrets/recipients`; `undefined` where it is not there. */
export async function readRecipientsText(root: string): Promise<string | undefined> {
  return readIfThere(join(root, recipientsFile));
}

export async function writeRecipientsText(root: string, text: string): Promise<void> {
  const path = join(root, recipientsFile);
  await mkdir(dirname(path), { recursive: true });
  await writeAtomically(path, text, 0o644);
}

/** Who can read an environment's secrets from now on: one at least. */
export async function readRecipients({
  root,
  environment,
  environments,
}: SecretsPlace): Promise<readonly Recipient[]> {
  const text = (await readRecipientsText(root)) ?? "";
  const recipients = recipientsFor(text, environment, environments);
  if (recipients.length > 0) return recipients;
  throw new CozyError("recipients-missing", {
    message: `${recipientsFile} declares nobody who could read the secrets of ${environment}.`,
    state: "Nothing was changed.",
    next: "Run `cozy secrets init`, which makes an identity for you and adds you there.",
  });
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
