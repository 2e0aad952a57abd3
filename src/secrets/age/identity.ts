import { mkdir, open, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CozyError, systemCode } from "../../errors/cozy-error.ts";
import { Secret } from "../secret.ts";

/** What decrypts: one or several secret keys of age, and what they are known by. */
export interface Identity {
  /** Where it was found, for messages: a file's path, or the variable. */
  readonly where: string;
  readonly keys: readonly Secret[];
  /** What stands in `secrets/recipients` for each of them. */
  readonly publicKeys: readonly string[];
}

export interface IdentityPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
}

/** The variable that names the file of an identity, or holds the key itself, as in CI. */
export const identityVariable = "COZY_AGE_IDENTITY";

/** The deployer's identity; `undefined` where there is none. */
export async function findIdentity(place: IdentityPlace): Promise<Identity | undefined> {
  const given = place.env[identityVariable] ?? "";
  if (/AGE-SECRET-KEY-/i.test(given)) return identityIn(given, `the variable ${identityVariable}`);
  const file = identityFile(place);
  const text = await readOwn(file);
  return text === undefined ? undefined : identityIn(text, file);
}

/** The deployer's identity, or an error that says how to come by one. */
export async function requireIdentity(place: IdentityPlace): Promise<Identity> {
  const found = await findIdentity(place);
  if (found !== undefined) return found;
  throw new CozyError("identity-missing", {
    message: `There is no identity to read secrets with: ${identityVariable} is not set, and ${identityFile(place)} is not there.`,
    state: "Nothing was changed.",
    next: "Make one with `cozy secrets init`, and have somebody who can read the secrets run `cozy secrets rotate`; in CI, put the key of its own identity into the variable.",
  });
}

/** Makes a new identity in the file where it is looked for, mode 0600; never over one that is there. */
export async function makeIdentity(place: IdentityPlace, now: number): Promise<Identity> {
  const age = await import("age-encryption");
  const file = identityFile(place);
  const key = await age.generateX25519Identity();
  const publicKey = await age.identityToRecipient(key);
  const text = `# created: ${new Date(now).toISOString()}\n# public key: ${publicKey}\n${key}\n`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { where: file, keys: [new Secret(key)], publicKeys: [publicKey] };
}

function identityFile({ env, homeFolder }: IdentityPlace): string {
  const given = env[identityVariable] ?? "";
  if (given !== "") return given.replace(/^~(?=\/)/, homeFolder);
  return join(env["XDG_CONFIG_HOME"] || join(homeFolder, ".config"), "cozy", "identity");
}

/** A key that others can read is no key: like SSH, cozy does not use it. */
async function readOwn(file: string): Promise<string | undefined> {
  try {
    const [text, { mode }] = await Promise.all([readFile(file, "utf8"), stat(file)]);
    if (process.platform === "win32" || (mode & 0o077) === 0) return text;
    throw unusable(file, "others on this machine can read it", `chmod 600 ${file}`);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    if (error instanceof CozyError || systemCode(error) === undefined) throw error;
    throw unusable(file, `it can't be read (${systemCode(error) ?? ""})`, `Look at ${file}.`, error);
  }
}

async function identityIn(text: string, where: string): Promise<Identity> {
  const lines = text
    .split(/[\n\r]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const next = "Make a new one with `cozy secrets init` or `age-keygen`, with the old one out of the way.";
  if (lines.length === 0) throw unusable(where, "it holds no key", next);
  if (!lines.every((line) => /^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]+$/.test(line))) {
    throw unusable(
      where,
      "it holds something else than age's own keys (`AGE-SECRET-KEY-1…`); one behind a passphrase, of SSH or of a plugin can't be used",
      next,
    );
  }
  const age = await import("age-encryption");
  try {
    const publicKeys = await Promise.all(lines.map((line) => age.identityToRecipient(line)));
    return { where, keys: lines.map((line) => new Secret(line)), publicKeys };
  } catch {
    // Without the cause: its words might hold the key.
    throw unusable(where, "its key was mistyped or cut off: the checksum is wrong", next);
  }
}

function unusable(where: string, why: string, next: string, cause?: unknown): CozyError {
  return new CozyError("identity-unusable", {
    message: `The identity in ${where} can't be used: ${why}.`,
    state: "Nothing was changed.",
    next,
    cause,
  });
}
