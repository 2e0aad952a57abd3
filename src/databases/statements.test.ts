import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBlank, splitStatements } from "./statements.ts";

describe("splitStatements", () => {
  it.each([
    ["one", "select 1;", ["select 1;"], ""],
    ["one that is not complete", "select\n1", [], "select\n1"],
    ["two and a beginning", "select 1; select 2 ;select", ["select 1;", "select 2 ;"], "select"],
    ["texts", "select 'a;''b', \"c;\", `d;`, [e;];", ["select 'a;''b', \"c;\", `d;`, [e;];"], ""],
    ["comments", "-- a;\nselect /* ; */ 1 -- ;\n;", ["-- a;\nselect /* ; */ 1 -- ;\n;"], ""],
    ["an open text", "select 'a;", [], "select 'a;"],
    ["an open comment", "select 1; /* ;", ["select 1;"], " /* ;"],
    ["nothing but semicolons and comments", " ; ;; -- a\n", [], ""],
    [
      "a trigger",
      "create trigger t after insert on a begin update b set c = 1; delete from d; end; select 1;",
      ["create trigger t after insert on a begin update b set c = 1; delete from d; end;", "select 1;"],
      "",
    ],
    [
      "a trigger that goes on",
      "CREATE TEMP TRIGGER t BEGIN select 1;",
      [],
      "CREATE TEMP TRIGGER t BEGIN select 1;",
    ],
  ])("%s", (_name, sql, statements, rest) => {
    expect(splitStatements(sql)).toEqual({ statements, rest });
  });

  it("gives back what was joined, wherever lines are broken", () => {
    const quoted = fc
      .tuple(fc.constantFrom("'", '"', "`"), fc.string())
      .map(([quote, text]) => quote + text.replaceAll(quote, quote + quote) + quote);
    const word = fc.oneof(quoted, fc.constantFrom("select", "1", "/* ; ' */", "-- ';\n", "[a;'b]", "\n"));
    const statement = fc
      .array(word, { minLength: 1, maxLength: 8 })
      .map((words) => `select ${words.join(" ")};`);
    fc.assert(
      fc.property(fc.array(statement), (statements) => {
        expect(splitStatements(statements.join("\n"))).toEqual({ statements, rest: "" });
      }),
    );
  });
});

describe("isBlank", () => {
  it("knows what holds nothing", () => {
    expect([" \n", "-- a", "/* a */ ;", "select"].map(isBlank)).toEqual([true, true, true, false]);
  });
});
