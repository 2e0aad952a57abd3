import { parseEnv } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDotenv } from "./dotenv.ts";

describe("parseDotenv", () => {
  const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,12}$/);

  it.each(["'", "`"])("gives back what was written in %s, several lines included", (quote) => {
    const value = fc
      .string({ maxLength: 40 })
      .filter((text) => !text.includes(quote) && !text.includes("\r"));
    fc.assert(
      fc.property(fc.dictionary(name, value), (values) => {
        const lines = Object.entries(values).map(
          ([key, one]) => `export ${key}=${quote}${one}${quote} # why\n\n`,
        );
        expect(new Map(parseDotenv(lines.join("")))).toEqual(new Map(Object.entries(values)));
      }),
    );
  });

  it.each<[string, string | undefined]>([
    ["A=b=c==", "b=c=="],
    ["A = spaced ", "spaced"],
    ['A="two\nlines"', "two\nlines"],
    ['A="two\\nlines"', "two\nlines"],
    ["A='two\\nlines'", "two\\nlines"],
    ["A=plain # comment", "plain"],
    ['A="with # hash"', "with # hash"],
    ['A="it\'s" and more', "it's"],
    ['A="begun\nB=2', '"begun'],
    ["# A=no\nA=yes", "yes"],
    ["A=first\nA=last", "last"],
    ["B='A=inside\nA=inside too'", undefined],
    ["\r\nA=windows\r\nB=2", "windows"],
    ["\uFEFFA=marked", "marked"],
    ["  export A=indented", "indented"],
    ["A=\nB=2", ""],
    ["A= \nB=2", ""],
    ["A", undefined],
    ["", undefined],
  ])("reads %j", (text, expected) => {
    expect(parseDotenv(text).get("A")).toBe(expected);
  });

  it("agrees with the Node that reads the file in development", () => {
    const piece = fc.constantFrom("A", "B", "=", " ", "#", "'", '"', "\n", "\n", "x", "1");
    const file = fc.array(fc.tuple(name, fc.array(piece, { maxLength: 8 })), { maxLength: 4 });
    // Node takes the next line for the value of one that has blanks alone: there we are right, and it is not.
    const blank = (text: string): boolean => /= +(#|$)/.test(text);
    const balanced = (text: string): boolean =>
      ["'", '"'].every((quote) => text.split(quote).length % 2 === 1);
    const texts = file
      .map((lines) =>
        lines.map(([key, pieces]) => `${key}=${pieces.filter((one) => one !== "\n").join("")}`).join("\n"),
      )
      .filter((text) => text.split("\n").every((line) => balanced(line) && !blank(line)));
    fc.assert(
      fc.property(texts, (text) => {
        expect(Object.fromEntries(parseDotenv(text))).toEqual({ ...parseEnv(text) });
      }),
      { numRuns: 500 },
    );
  });
});
