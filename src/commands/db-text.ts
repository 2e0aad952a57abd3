import type { SQLOutputValue } from "node:sqlite";
import type { StatementResult } from "../databases/run-statement.ts";
import { textTable } from "./text-table.ts";

/** What a statement gave, as a table for a person. */
export function resultText({ columns, rows, changed, gives }: StatementResult): string {
  if (gives === "changes") return changed === 0 ? "done" : `${counted(changed)} changed`;
  const names = [...new Set(columns)];
  const cells = rows.map((row) => names.map((name) => cellText(row[name] ?? null)));
  const widths = names.map((name, column) =>
    Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const table = textTable([names, widths.map((width) => "-".repeat(width)), ...cells]);
  return `${names.length === 0 ? "" : `${table}\n`}(${counted(rows.length)})`;
}

/** One line, with what would break it made visible. */
function cellText(value: SQLOutputValue): string {
  if (value === null) return "NULL";
  if (value instanceof Uint8Array)
    return `x'${Buffer.from(value.subarray(0, 16)).toString("hex")}'${value.length > 16 ? ` … (${value.length} bytes)` : ""}`;
  return String(value).replaceAll("\r", "\\r").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

function counted(rows: number): string {
  return `${rows} row${rows === 1 ? "" : "s"}`;
}
