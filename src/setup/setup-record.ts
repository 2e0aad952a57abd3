import { createHash } from "node:crypto";
import { nominalFacts } from "./host-facts.ts";
import { itemTitle, rootsFile, type FileItem, type SetupItem } from "./item.ts";
import { planBase, planRest } from "./plan-setup.ts";
import type { SetupRecord } from "./parse-record.ts";
import { processFacts } from "./process-facts.ts";
import { layoutOf, type SetupRequest } from "./setup-request.ts";

/** What a host has to be set up for, as it is noted there. Pure. */
export function wantedSetUp(
  request: Omit<SetupRequest, "deployKeys" | "sitePassword" | "challenge" | "directoryRoot" | "now">,
): Required<Pick<SetupRecord, "hash" | "parts">> {
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
  return {
    hash: hashOf(items, 32),
    parts: {
      processes: processFacts(request.environment.processes),
      // Which units there are follows from the processes.
      items: Object.fromEntries(
        items.filter(({ kind }) => kind !== "templates").map((item) => [keyOf(item), hashOf(item, 8)]),
      ),
    },
  };
}

/** The last that is written: it is there once all else is as it should be. Pure. */
export function recordItem(request: SetupRequest, version: string): FileItem {
  const record: SetupRecord = { format: 1, version, ...wantedSetUp(request) };
  const item = rootsFile(layoutOf(request).setUp, `${JSON.stringify(record, undefined, 2)}\n`, "nothing");
  // Hashes that differ tell a reader nothing; what they are of is shown itself.
  return { ...item, isSecret: true };
}

/** The title of one with many names would change with each of them. */
function keyOf(item: SetupItem): string {
  return item.kind === "packages" ? "packages" : itemTitle(item);
}

function hashOf(value: unknown, length: number): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, length);
}
