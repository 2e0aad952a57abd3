import { itemTitle } from "../setup/item.ts";
import type { ItemResult } from "../setup/run-items.ts";
import { counted } from "../shared/words.ts";

/** What became of the items of a host; those that are as they should be are counted only. */
export interface SetupReport {
  readonly host: string;
  readonly unchanged: number;
  readonly differed: readonly {
    readonly item: string;
    readonly outcome: "changed" | "would-change" | "failed";
    readonly note?: string;
    readonly diff?: string;
  }[];
}

/** Pure. */
export function setupReport(host: string, results: readonly ItemResult[]): SetupReport {
  const differed = results.flatMap(({ item, report: { outcome, note, diff } }) =>
    outcome === "unchanged"
      ? []
      : [{ item: itemTitle(item), outcome, ...(note !== "" && { note }), ...(diff !== "" && { diff }) }],
  );
  return { host, unchanged: results.length - differed.length, differed };
}

/** What would change, whole; or what was done, in short, with what was found to be changed by hand. Pure. */
export function setupText(reports: readonly SetupReport[], environment: string, check: boolean): string {
  if (reports.every(({ differed }) => differed.length === 0)) {
    const all = reports.map(
      ({ host, unchanged }) => `  ${host}: ${counted(unchanged, "item")} as they should be`,
    );
    return [`${environment} is set up: nothing ${check ? "would change" : "was changed"}.`, ...all].join(
      "\n",
    );
  }
  if (!check) return reports.flatMap(doneText).join("\n");
  return [...reports.flatMap(planText), "", `Next: cozy setup ${environment}`].join("\n");
}

/** What has to be said of hosts that could not be reached, and were left out. Pure. */
export function leftOutTexts(
  away: readonly { readonly host: string; readonly error: { readonly message: string } }[],
  environment: string,
  check: boolean,
): readonly string[] {
  const command = check ? `cozy plan ${environment} --setup` : `cozy setup ${environment}`;
  return away.map(
    ({ host, error }) =>
      `${host} is left out, and nothing was changed there: ${error.message} When it is back: ${command}`,
  );
}

function planText(report: SetupReport): string[] {
  const { host, unchanged, differed } = report;
  return [
    `${host}: ${differed.length} would change, ${unchanged} as they should be`,
    ...differed.flatMap(itemText),
  ];
}

/** All of it was told while it was done; a file that somebody changed, which comes with a note, is worth a second look. */
function doneText({ host, unchanged, differed }: SetupReport): string[] {
  const former = differed.filter(({ diff, note }) => diff !== undefined && note !== undefined);
  return [`${host}: ${differed.length} changed, ${unchanged} as they should be`, ...former.flatMap(itemText)];
}

function itemText({ item, note, diff }: SetupReport["differed"][number]): string[] {
  return [
    `  ${item}${note === undefined ? "" : `  (${note})`}`,
    ...(diff === undefined ? [] : diff.split("\n").map((line) => `      ${line}`)),
  ];
}
