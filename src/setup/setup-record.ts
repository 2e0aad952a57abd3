import { createHash } from "node:crypto";
import { nominalFacts } from "./host-facts.ts";
import { rootsFile, type FileItem } from "./item.ts";
import { planBase, planRest } from "./plan-setup.ts";
import type { SetupRecord } from "./parse-record.ts";
import { layoutOf, type SetupRequest } from "./setup-request.ts";

/** What a host has to be set up for. Pure. */
export function wantedHash(
  request: Omit<SetupRequest, "deployKeys" | "sitePassword" | "challenge" | "directoryRoot" | "now">,
): string {
  const nominal: SetupRequest = {
    ...request,
    deployKeys: [],
    sitePassword: undefined,
    challenge: { kind: "here" },
    firstHostKeys: undefined,
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
