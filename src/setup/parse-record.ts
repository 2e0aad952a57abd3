import { isFields } from "../artifacts/kept-file.ts";

/** `/etc/cozy/<id>.json`: what a host was set up for, so that a deploy sees when that is not what the project asks for any more. */
export interface SetupRecord {
  readonly format: 1;
  /** Of everything that the project asks of a host, whatever the host is like. */
  readonly hash: string;
  /** cozy's. */
  readonly version: string;
  /** What the hash is of, to tell what differs; an earlier cozy noted none. */
  readonly parts?: SetupParts | undefined;
}

export interface SetupParts {
  /** What the unit of each process type holds its instances to: name and value in words. */
  readonly processes: Readonly<Record<string, Words>>;
  /** All else: an item's title, and a short hash of it. */
  readonly items: Words;
}

type Words = Readonly<Record<string, string>>;

/** `undefined` for what is no record, or one of a newer cozy. Pure. */
export function parseRecord(text: string): SetupRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isFields(value) || value["format"] !== 1) return undefined;
  const { hash, version, parts } = value;
  if (typeof hash !== "string" || typeof version !== "string") return undefined;
  return { format: 1, hash, version, ...(isParts(parts) && { parts }) };
}

function isParts(value: unknown): value is SetupParts {
  if (!isFields(value) || !isFields(value["processes"])) return false;
  return isWords(value["items"]) && Object.values(value["processes"]).every(isWords);
}

function isWords(value: unknown): value is Words {
  return isFields(value) && Object.values(value).every((each) => typeof each === "string");
}
