import { isFields } from "../artifacts/kept-file.ts";

/** `/etc/cozy/<id>.json`: what a host was set up for, so that a deploy sees when that is not what the project asks for any more. */
export interface SetupRecord {
  readonly format: 1;
  /** Of everything that the project asks of a host, whatever the host is like. */
  readonly hash: string;
  /** cozy's. */
  readonly version: string;
}

/** `undefined` for what is no record, or one of a newer cozy. Pure. */
export function parseRecord(text: string): SetupRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isFields(value) || value["format"] !== 1) return undefined;
  const { hash, version } = value;
  if (typeof hash !== "string" || typeof version !== "string") return undefined;
  return { format: 1, hash, version };
}
