import { describe, expect, it } from "vitest";
import { excerpt, placeOf, plainMessage, positionIn } from "./source-excerpt.ts";

/** What Node 22.15 throws, whose type stripper draws the place into its message. */
const drawn = new SyntaxError(
  [
    "  x Unexpected token `,`. Expected identifier",
    "   ,-[12:1]",
    " 11 | const a = 1;",
    ' 12 |   name: "shop",,',
    "    :                ^",
    " 13 | };",
    "    `----",
  ].join("\n"),
);

describe("the place of an error", () => {
  it("is read from the drawing of Node 22", () => {
    expect(positionIn(drawn)).toEqual({ line: 12, column: 16 });
    expect(plainMessage(drawn)).toBe("Unexpected token `,`. Expected identifier");
  });

  it("is read from the head that Node 24 puts before the stack", () => {
    const error = new SyntaxError("Unexpected token");
    error.stack =
      "file:///shop/a%20b.ts:3\nconst a = ;\n          ^\n\nSyntaxError: Unexpected token\n    at x (node:internal:1:2)";
    expect(placeOf(error)).toEqual({ file: "/shop/a b.ts", line: 3, column: 11 });
  });

  it("is the innermost call of the user's own", () => {
    const error = new Error("no");
    error.stack =
      "Error: no\n    at f (file:///shop/node_modules/x/i.js:1:2)\n    at file:///shop/cozy.config.ts:7:9\n    at run (node:internal:1:1)";
    expect(placeOf(error, (file) => file === "/shop/cozy.config.ts")).toEqual({
      file: "/shop/cozy.config.ts",
      line: 7,
      column: 9,
    });
    expect(placeOf("nothing", () => true)).toBeUndefined();
  });
});

describe("excerpt", () => {
  it("puts the caret under the column, tabs kept", () => {
    expect(excerpt({ file: "/shop/a.ts", line: 2, column: 3 }, "x\n\t\tbad();\n", "/shop")).toEqual([
      "a.ts:2:3",
      "2 | \t\tbad();",
      "    \t\t^",
    ]);
  });

  it("does without what is not known", () => {
    expect(excerpt({ file: "/elsewhere/a.ts", line: 9 }, "x", "/shop")).toEqual(["/elsewhere/a.ts:9"]);
    expect(excerpt({ file: "/shop/a.ts" }, "x", "/shop")).toEqual(["a.ts"]);
  });
});
