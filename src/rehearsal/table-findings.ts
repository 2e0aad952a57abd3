import type { SchemaChange } from "./schema-diff.ts";
import { tableNames, type DatabaseSchema } from "./schema.ts";
import type { Finding } from "./verdict.ts";

export interface TableFacts {
  readonly before: DatabaseSchema;
  readonly after: DatabaseSchema;
  readonly changes: readonly SchemaChange[];
  /** Tables that each of the releases wrote to on the migrated data. */
  readonly written: { readonly old: ReadonlySet<string>; readonly new: ReadonlySet<string> };
}

/** Where frameworks keep what they know of migrations and models; no request writes to them. */
const bookkeeping =
  /^(django_(migrations|content_type|site)|auth_permission|_?_?\w*migrations?(_lock)?|sequelizemeta|alembic_version|typeorm_metadata|schema_version)$/i;

/**
 * Which tables a release has written to without a fault. A release that reads well can still fail on its first insert, so a table that no
 * check wrote to is not proven, whatever else was seen. Pure.
 */
export function tableFindings({ before, after, changes, written }: TableFacts): Finding[] {
  const all = tableNames(after);
  const kept = all.filter((table) => bookkeeping.test(table));
  const proven: string[] = [];
  const findings: Finding[] = [];
  for (const table of all.filter((name) => !kept.includes(name))) {
    const missing = [
      ...(before.tables[table] === undefined || written.old.has(table) ? [] : ["the release in force"]),
      ...(written.new.has(table) ? [] : ["the new release"]),
    ];
    if (missing.length === 0) proven.push(table);
    else
      findings.push({
        name: `table ${table}`,
        outcome: "not proven",
        ...notWritten(table, missing, changes),
      });
  }
  const notes = kept.length === 0 ? "" : `; left out, as kept by migrations: ${kept.join(", ")}`;
  if (proven.length === 0 && findings.length > 0) return findings;
  const text =
    proven.length === 0
      ? "there are none that a request writes to"
      : `written to by checks: ${proven.join(", ")}`;
  return [{ name: "tables", outcome: "pass", text: `${text}${notes}` }, ...findings];
}

function notWritten(
  table: string,
  missing: readonly string[],
  changes: readonly SchemaChange[],
): Pick<Finding, "text" | "details"> {
  const changed = changes.filter((change) => change.table === table);
  const nobody = missing.length === 2 ? "no check wrote to it" : `no check of ${missing.join()} wrote to it`;
  if (changed.length === 0) return { text: `${nobody}; the migrations did not change it` };
  return {
    text: `${nobody}, and the migrations changed it`,
    details: changed.map(({ text, destructive }) =>
      destructive === undefined ? text : `${text} (${destructive})`,
    ),
  };
}
