import type { Connection } from "../hosts/ssh/connection.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { itemTitle, type ItemReport, type SetupItem } from "./item.ts";
import { parseReport } from "./parse-report.ts";
import { setupScript, type ScriptOptions } from "./setup-script.ts";

/** A host, as set-up reaches it. */
export interface SetupHost {
  readonly name: string;
  /** Logged in as who sets up. */
  readonly connection: Connection;
  /** By sudo, where who logs in is not root. */
  readonly as: "root" | undefined;
}

export interface ItemResult {
  readonly item: SetupItem;
  readonly report: ItemReport;
}

export interface RunItemsOptions extends ScriptOptions {
  readonly onResult: (result: ItemResult) => void;
}

/** Packages may have to come from far away. */
const withinMs = 15 * 60_000;

/** Compares the items with the host and makes it so. An item that could not be done ends it with what it said. Gives what was said. */
export async function runItems(
  { name, connection, as }: SetupHost,
  items: readonly SetupItem[],
  { onResult, ...options }: RunItemsOptions,
  signal: AbortSignal,
): Promise<string> {
  const results: ItemResult[] = [];
  const onLine = (stream: "stdout" | "stderr", line: string): void => {
    const report = stream === "stdout" ? parseReport(line) : undefined;
    const item = report === undefined ? undefined : items[report.index];
    if (report === undefined || item === undefined) return;
    const result = { item, report };
    results.push(result);
    onResult(result);
  };
  const input = setupScript(items, options);
  const { exitCode, stdout, stderr } = await connection.run(
    ["/bin/sh", "-s"],
    { input, as, timeoutMs: withinMs, onLine },
    signal,
  );
  const failed = results.find(({ report }) => report.outcome === "failed");
  if (failed !== undefined || exitCode !== 0 || results.length < items.length) {
    const next = failed?.item ?? items[results.length];
    throw new CozyError("setup-failed", {
      message: `${name}: ${next === undefined ? "the end of the set-up" : itemTitle(next)} could not be done.`,
      details: (failed?.report.note ?? stderr).split("\n").slice(-15),
      state: `What came before it is done on ${name}, and stays; whatever serves there goes on.`,
    });
  }
  return stdout;
}
