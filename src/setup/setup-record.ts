import { createHash } from "node:crypto";
import { isFields } from "../artifacts/kept-file.ts";
import { nominalFacts } from "./host-facts.ts";
import { rootsFile, type FileItem } from "./item.ts";
import { planBase, planRest } from "./plan-setup.ts";
import { layoutOf, type SetupRequest } from "./setup-request.ts";

/** `/etc/cozy/<id>.json`: what a host was set up for, so that a deploy sees when that is not what the project asks for any more. */
export interface SetupRecord {
  readonly format: 1;
  /** Of everything that the project asks of a host, whatever the host is like. */
  readonly hash: string;
  /** cozy's. */
  readonly version: string;
}

/** What a host has to be set up for. Pure. */
export function wantedHash(
  request: Omit<SetupRequest, "deployKeys" | "sitePassword" | "challenge" | "directoryRoot" | "now">,
): string {
  const nominal: SetupRequest = {
    ...request,
    deployKeys: [],
    sitePassword: undefined,
    challenge: { kind: "here" },
    directoryRoot: undefined,
    now: 0,
  };
  const items = [...planBase(nominal, nominalFacts), ...planRest(nominal, nominalFacts)];
  return createHash("sha256").update(JSON.stringify(items)).digest("hex").slice(0, 32);
}

/** The last that is written: it is there once all else is as it should be. Pure. */
export function recordItem(request: SetupRequest, version: string): FileItem {
  const record: SetupRecord = { format: 1, hash: wantedHash(request), version };
  return rootsFile(layoutOf(request).setUp, `${JSON.stringify(record, undefined, 2)}\n`, "nothing");
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
