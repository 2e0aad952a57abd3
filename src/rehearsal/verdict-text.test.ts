import { describe, expect, it } from "vitest";
import { verdictLines } from "./verdict-text.ts";
import type { Finding, RehearsalVerdict } from "./verdict.ts";

const table = (name: string, text: string, details: readonly string[] = []): Finding => ({
  name: `table ${name}`,
  outcome: "not proven",
  text,
  details,
});

function verdict(findings: readonly Finding[]): RehearsalVerdict {
  return {
    format: 1,
    release: "two",
    previous: "one",
    backup: "20261124T031500Z-daily",
    at: 0,
    durationMs: 1_500,
    outcome: "not proven",
    findings,
    schemaChanges: [],
  };
}

describe("a verdict as lines", () => {
  it("gives tables of which the same is said one row, and leaves the others their own", () => {
    const lines = verdictLines(
      verdict([
        { name: "restored", outcome: "pass", text: "3 rows", details: ["not shown"] },
        table("a", "no check wrote to it; the migrations did not change it"),
        table("b", "no check wrote to it; the migrations did not change it"),
        table("c", "no check wrote to it, and the migrations changed it", ["+ c.d text"]),
        table("d", "no check wrote to it; the migrations did not change it"),
      ]),
    );
    expect(lines).toEqual([
      "pass        restored  3 rows",
      "not proven  2 tables  a, b: no check wrote to them; the migrations did not change them",
      "not proven  table c   no check wrote to it, and the migrations changed it",
      "            + c.d text",
      "not proven  table d   no check wrote to it; the migrations did not change it",
      "rehearsal of two, against one: not proven, in 1.5 s",
    ]);
  });
});
