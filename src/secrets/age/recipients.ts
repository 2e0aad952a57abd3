import { createHash } from "node:crypto";
import { CozyError } from "../../errors/cozy-error.ts";
import { nearest } from "../../shared/nearest.ts";

/** Who can read secrets: an age key that may be known to all, and whose it is. */
export interface Recipient {
  readonly key: string;
  /** A person or a machine, in one word: `ann`, `ci`. */
  readonly name: string;
}

/** A line of `secrets/recipients`. */
export interface DeclaredRecipient extends Recipient {
  /** The environments whose secrets it reads; those of all where empty. */
  readonly environments: readonly string[];
}

/** The file that declares the recipients, relative to the project's root. */
export const recipientsFile = "secrets/recipients";

/** The recipients of an environment: those that name it, and those that name none. Pure. */
export function recipientsFor(
  text: string,
  environment: string,
  environments: readonly string[],
): readonly Recipient[] {
  return declaredRecipients(text, environments)
    .filter(({ environments: only }) => only.length === 0 || only.includes(environment))
    .map(({ key, name }) => ({ key, name }));
}

/**
 * All that the text of `secrets/recipients` declares: a line each of a key, a name and, where it is not to read those of all of them,
 * the environments. All faults are told at once. Pure.
 */
export function declaredRecipients(
  text: string,
  environments: readonly string[],
): readonly DeclaredRecipient[] {
  const lines = text.split("\n").map((line, at) => ({ words: wordsOf(line), line: at + 1 }));
  const declared = lines.filter(({ words }) => words.length > 0);
  const faults = declared.flatMap(({ words, line }, at) => {
    const before = declared.slice(0, at).map(({ words: [key, name] }) => ({ key, name }));
    return faultsOf(words, before, environments).map((fault) => `line ${line}: ${fault}`);
  });
  if (faults.length > 0) throw invalidRecipients(faults);
  return declared.map(({ words }) => {
    const [key = "", name = "", ...only] = words;
    return { key, name, environments: only };
  });
}

/** The text of `secrets/recipients` with one more line. Pure. */
export function withRecipient(text: string | undefined, { key, name }: Recipient): string {
  const before =
    text ??
    "# Who can read the secrets of this project: an age public key a line, whose it is, and the environments where it is not all of them.\n";
  return `${before}${before.endsWith("\n") ? "" : "\n"}${key} ${name}\n`;
}

/** Twelve digits that stand for a set of recipients; the order of the lines does not count. Pure. */
export function recipientsMark(recipients: readonly Recipient[]): string {
  const keys = recipients.map(({ key }) => key).toSorted((a, b) => (a < b ? -1 : 1));
  return createHash("sha256").update(keys.join("\n")).digest("hex").slice(0, 12);
}

/** A name that a recipient can have. */
export const recipientName = /^[A-Za-z0-9][\w.@+-]*$/;

function wordsOf(line: string): string[] {
  return line
    .replace(/(^|\s)#.*$/, "")
    .split(/\s+/)
    .filter((word) => word !== "");
}

function faultsOf(
  [key = "", name, ...only]: readonly string[],
  before: readonly { readonly key?: string | undefined; readonly name?: string | undefined }[],
  environments: readonly string[],
): string[] {
  const faults: string[] = [];
  if (/^age-secret-key/i.test(key)) {
    // Not shown: an error is printed, and this one is the key itself.
    return ["holds a secret key; it has to go, also from the history of git, and a new one be made"];
  }
  if (!/^age1[02-9ac-hj-np-z]{58}$/.test(key)) {
    faults.push(`"${key}" is no public key of age (\`age1\` and 58 characters)`);
  }
  if (name === undefined) faults.push("the key has no name behind it; say whose it is");
  else if (!recipientName.test(name)) faults.push(`"${name}" is no name of letters, digits and . _ @ + -`);
  if (before.some((one) => one.key === key)) faults.push("the key stands in a line above already");
  if (name !== undefined && before.some((one) => one.name === name)) {
    faults.push(`"${name}" is the name of a key above already`);
  }
  for (const one of only.filter((word) => !environments.includes(word))) {
    const [near] = nearest(one, environments);
    faults.push(`"${one}" is no environment${near === undefined ? "" : `; did you mean ${near}?`}`);
  }
  return faults;
}

/** `secrets/recipients` can't be taken as it is. */
export function invalidRecipients(faults: readonly string[], cause?: unknown): CozyError {
  return new CozyError("recipients-invalid", {
    message: `${recipientsFile} has ${faults.length === 1 ? "a fault" : `${faults.length} faults`}.`,
    details: faults,
    state: "Nothing was changed.",
    next: `Correct ${recipientsFile}, then run the same command again.`,
    cause,
  });
}
