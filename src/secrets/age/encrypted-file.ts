import { CozyError } from "../../errors/cozy-error.ts";
import { installNewest } from "../../errors/install-newest.ts";

/** A secret as it stands in the repository: all but the value can be read by everyone, and is bound to the value. */
export interface SealedSecret {
  readonly name: string;
  /** The day on which the value was set: `2026-11-28`. */
  readonly setOn: string;
  readonly setBy: string;
  /** Who could read this value and was taken out of the recipients since. */
  readonly exposedTo: readonly string[];
  /** Whom it is encrypted to, as `recipientsMark` tells it. */
  readonly recipients: string;
  /** The value as a file of age's own, in armor: `age --decrypt` reads it as well. */
  readonly armored: string;
}

/** The encrypted file of an environment, relative to the project's root. */
export function secretsFile(environment: string): string {
  return `secrets/${environment}.encrypted`;
}

/** A name that a secret can have: one that a variable can have. */
export const secretName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * The text of an environment's encrypted file. Each secret is a paragraph of its own, sorted by name: a review shows which ones
 * changed, and branches that change different ones merge. Pure.
 */
export function encryptedText(environment: string, secrets: readonly SealedSecret[]): string {
  const sorted = secrets.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return [head(environment), ...sorted.map(paragraph)].join("");
}

/** Reads such a text; `file` is for messages. Whatever `encryptedText` would not write is refused, blank lines apart. Pure. */
export function parseEncrypted(text: string, environment: string, file: string): SealedSecret[] {
  if (/^(<{7}|>{7}|={7})/m.test(text)) {
    throw damagedFile(file, "a merge left its marks in it", {
      next: "Keep the paragraphs of both sides (of one and the same name, one of them), and remove the marks.",
    });
  }
  const format = /^.*\nformat: (\d+)\n/.exec(text)?.[1];
  if (format !== undefined && Number(format) > 1) throw newer(file, format);
  if (!text.startsWith(head(environment))) {
    throw damagedFile(file, `it does not begin as the encrypted file of ${environment} does`);
  }
  const secrets: SealedSecret[] = [];
  const reader = new RegExp(pattern, "y");
  reader.lastIndex = head(environment).length;
  while (text.slice(reader.lastIndex).trim() !== "") {
    const from = reader.lastIndex;
    const found = reader.exec(text)?.groups;
    if (found === undefined) throw damagedFile(file, `it can't be read from line ${lineAt(text, from)} on`);
    secrets.push(sealedOf(found));
  }
  const twice = secrets.find(({ name }, at) => secrets.findIndex((one) => one.name === name) !== at);
  if (twice) {
    throw damagedFile(file, `it holds ${twice.name} twice`, { next: `Remove one of the two from ${file}.` });
  }
  return secrets;
}

function head(environment: string): string {
  return [
    "# Encrypted with age by `cozy secrets`, which also reads and changes it.",
    "format: 1",
    `environment: ${environment}`,
    "",
  ].join("\n");
}

const armor = {
  begin: "-----BEGIN AGE ENCRYPTED FILE-----",
  end: "-----END AGE ENCRYPTED FILE-----",
};

const pattern = [
  String.raw`\n*\[(?<name>[A-Za-z_][A-Za-z0-9_]*)\]`,
  String.raw`set: (?<setOn>\d{4}-\d\d-\d\d) by (?<setBy>[^\n]+)`,
  String.raw`(?:exposed to: (?<exposedTo>[^\n]+)\n)?recipients: (?<recipients>[0-9a-f]{12})`,
  `(?<armored>${armor.begin}\n(?:[A-Za-z0-9+/=]+\n)+${armor.end})\n`,
].join("\n");

function paragraph(secret: SealedSecret): string {
  const { name, setOn, setBy, exposedTo, recipients, armored } = secret;
  return [
    "",
    `[${name}]`,
    `set: ${setOn} by ${setBy}`,
    ...(exposedTo.length === 0 ? [] : [`exposed to: ${exposedTo.join(", ")}`]),
    `recipients: ${recipients}`,
    armored,
    "",
  ].join("\n");
}

function sealedOf(found: Readonly<Record<string, string | undefined>>): SealedSecret {
  const { name = "", setOn = "", setBy = "", exposedTo, recipients = "", armored = "" } = found;
  return { name, setOn, setBy, exposedTo: exposedTo?.split(", ") ?? [], recipients, armored };
}

function lineAt(text: string, offset: number): number {
  const blanks = /^\n*/.exec(text.slice(offset))?.[0].length ?? 0;
  return text.slice(0, offset + blanks).split("\n").length;
}

function newer(file: string, format: string): CozyError {
  return new CozyError("secrets-newer", {
    message: `${file} has format ${format}; this version of cozy reads format 1.`,
    state: "Nothing was changed.",
    next: installNewest,
  });
}

/** A file, or a value in it, that is not as cozy wrote it. */
export function damagedFile(
  file: string,
  why: string,
  more: { readonly next?: string; readonly cause?: unknown } = {},
): CozyError {
  return new CozyError("secrets-damaged", {
    message: `${file} is not as cozy wrote it: ${why}.`,
    state: "Nothing was changed, and no value of it was used.",
    next: `See what changed it: git log -p -- ${file}`,
    ...more,
  });
}
