import { durationText, momentText } from "../shared/duration.ts";
import type { RestoredDatabase } from "../recovery/backup.ts";
import { schemaDiff } from "./schema-diff.ts";
import type { DatabaseState } from "./scratch-database.ts";
import type { Finding } from "./verdict.ts";

export function restoredFinding(
  { record, rows, heartbeatAt, stages }: RestoredDatabase,
  durationMs: number,
): Finding {
  const newest =
    heartbeatAt === undefined
      ? ""
      : `, its newest data ${durationText(Math.max(0, record.at - heartbeatAt))} older`;
  const parts = stages.map((stage) => `${stage.name} ${durationText(stage.durationMs)}`).join(", ");
  return {
    name: "restored",
    outcome: "pass",
    text: `backup ${record.id} of ${momentText(record.at)}${newest}: ${inTables(rows)}, in ${durationText(durationMs)}${parts === "" ? "" : ` (${parts})`}`,
    durationMs,
  };
}

/** What the migrations left of the data: nothing broken that was whole before, and no row lost unseen. Pure. */
export function dataFindings(before: DatabaseState, after: DatabaseState): Finding[] {
  const dangling = moreOf(before.danglingRows, after.danglingRows);
  const faults = [
    ...after.faults.filter((fault) => !before.faults.includes(fault)),
    ...dangling.map(
      ([link, more]) => `${link}: ${more} more ${more === 1 ? "row refers" : "rows refer"} to nothing`,
    ),
  ];
  const tables = Object.keys(after.rows).length;
  const integrity: Finding =
    faults.length === 0
      ? {
          name: "integrity",
          outcome: "pass",
          text: `${tables} ${tables === 1 ? "table" : "tables"} whole, no row refers to nothing that did not before`,
        }
      : {
          name: "integrity",
          outcome: "fail",
          text: `the migrations left the data broken: ${faults[0]}`,
          details: faults,
        };
  return [integrity, rowsFinding(before, after)];
}

function rowsFinding(before: DatabaseState, after: DatabaseState): Finding {
  const remaining = Object.fromEntries(Object.entries(before.rows).filter(([table]) => table in after.rows));
  const fewer = moreOf(after.rows, remaining);
  if (fewer.length === 0)
    return { name: "rows", outcome: "pass", text: `${inTables(after.rows)}, none fewer in any table` };
  return {
    name: "rows",
    outcome: "not proven",
    text: `fewer after the migrations, which may be meant: ${fewer.map(([table, count]) => `${table} ${count}`).join(", ")}`,
    details: fewer.map(
      ([table]) => `${table}: ${before.rows[table]} rows before, ${after.rows[table]} after`,
    ),
  };
}

/** A second run, as `cozy resume` makes after a kill, must find nothing left to do. */
export function againFinding(once: DatabaseState, twice: DatabaseState, durationMs: number): Finding {
  const name = "migrations again";
  const changes = schemaDiff(once.schema, twice.schema);
  if (changes.length > 0) {
    return {
      name,
      outcome: "fail",
      text: "a second run changes the schema once more",
      details: changes.map(({ text }) => text),
      durationMs,
    };
  }
  const grown = [...moreOf(once.rows, twice.rows), ...moreOf(twice.rows, once.rows)].map(([table]) => table);
  if (grown.length > 0) {
    return {
      name,
      outcome: "not proven",
      text: `a second run changes rows of ${grown.join(", ")} once more`,
      durationMs,
    };
  }
  return {
    name,
    outcome: "pass",
    text: `a second run finds nothing to do; ${durationText(durationMs)}`,
    durationMs,
  };
}

function moreOf(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): [string, number][] {
  return Object.entries(after).flatMap(([name, count]): [string, number][] => {
    const more = count - (before[name] ?? 0);
    return more > 0 ? [[name, more]] : [];
  });
}

function inTables(rows: Readonly<Record<string, number>>): string {
  const all = Object.values(rows);
  const sum = all.reduce((total, count) => total + count, 0);
  return `${sum} ${sum === 1 ? "row" : "rows"} in ${all.length} ${all.length === 1 ? "table" : "tables"}`;
}
