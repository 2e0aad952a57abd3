import { Secret } from "../secret.ts";
import { damagedFile, secretsFile, type SealedSecret } from "./encrypted-file.ts";
import { invalidRecipients, recipientsMark, type Recipient } from "./recipients.ts";

/** What is encrypted: the value with all that it belongs to, so that nothing around it can be changed or put in another's place. */
interface Payload {
  readonly environment: string;
  readonly name: string;
  readonly setOn: string;
  readonly setBy: string;
  readonly exposedTo: readonly string[];
  readonly recipients: readonly Recipient[];
  readonly value: string;
}

export interface OpenSecret {
  readonly value: Secret;
  /** Whom it is encrypted to. */
  readonly recipients: readonly Recipient[];
}

export interface ToSeal {
  readonly name: string;
  readonly value: Secret;
  readonly setOn: string;
  readonly setBy: string;
  readonly exposedTo: readonly string[];
}

/** The length of a value is told in steps of so many bytes only. */
const paddedToBytes = 64;

/** Encrypts a value to recipients, and binds it to its environment, its name and what is said about it. */
export async function seal(
  { name, value, setOn, setBy, exposedTo }: ToSeal,
  environment: string,
  recipients: readonly Recipient[],
): Promise<SealedSecret> {
  const age = await import("age-encryption");
  const encrypter = new age.Encrypter();
  for (const recipient of recipients) addRecipient(encrypter, recipient);
  const about = { name, setOn, setBy, exposedTo };
  const payload: Payload = { environment, ...about, recipients, value: value.reveal() };
  const armored = age.armor.encode(await encrypter.encrypt(padded(JSON.stringify(payload)))).trimEnd();
  return { ...about, recipients: recipientsMark(recipients), armored };
}

/** Decrypts with any of these identities; `undefined` where none of them can. A value that is not where it belongs is refused. */
export async function unseal(
  sealed: SealedSecret,
  environment: string,
  identities: readonly Secret[],
): Promise<OpenSecret | undefined> {
  const age = await import("age-encryption");
  const file = secretsFile(environment);
  const damaged = (why: string, cause?: unknown): Error =>
    damagedFile(file, `${sealed.name} ${why}`, { cause });
  let bytes: Uint8Array;
  try {
    bytes = age.armor.decode(sealed.armored);
  } catch (error) {
    throw damaged("is no armored file of age", error);
  }
  if (age.armor.encode(bytes).trimEnd() !== sealed.armored) throw damaged("is no armored file of age");
  const decrypter = new age.Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity.reveal());
  let text: string;
  try {
    text = await decrypter.decrypt(bytes, "text");
  } catch {
    return undefined; // another's, or damaged: age can't tell, the caller can
  }
  const payload = payloadOf(text);
  if (payload === undefined) throw damaged("holds something else than cozy puts there");
  const { environment: where, name, value, recipients } = payload;
  if (where !== environment) throw damaged(`holds a value that was set for ${where}`);
  if (name !== sealed.name) throw damaged(`holds the value that was set for ${name}`);
  if (!saysTheSame(sealed, payload)) throw damaged("has other words around its value than it was set with");
  return { value: new Secret(value), recipients };
}

function addRecipient(encrypter: { addRecipient(key: string): void }, { key, name }: Recipient): void {
  try {
    encrypter.addRecipient(key);
  } catch (error) {
    throw invalidRecipients([`the key of ${name} was mistyped: its checksum is wrong`], error);
  }
}

function padded(text: string): Uint8Array {
  const bytes = Buffer.from(text, "utf8");
  const over = bytes.length % paddedToBytes;
  return over === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(paddedToBytes - over, " ")]);
}

function payloadOf(text: string): Payload | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isPayload(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isPayload(parsed: unknown): parsed is Payload {
  if (!isRecord(parsed)) return false;
  const { exposedTo, recipients } = parsed;
  return (
    ["environment", "name", "setOn", "setBy", "value"].every((key) => typeof parsed[key] === "string") &&
    Array.isArray(exposedTo) &&
    exposedTo.every((one) => typeof one === "string") &&
    Array.isArray(recipients) &&
    recipients.every(
      (one) => isRecord(one) && typeof one["key"] === "string" && typeof one["name"] === "string",
    )
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function saysTheSame(sealed: SealedSecret, payload: Payload): boolean {
  return (
    sealed.setOn === payload.setOn &&
    sealed.setBy === payload.setBy &&
    sealed.exposedTo.join("\n") === payload.exposedTo.join("\n") &&
    sealed.recipients === recipientsMark(payload.recipients)
  );
}
