import { stripVTControlCharacters } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { displayWidth, padEnd, printable, truncate } from "./text-width.ts";

describe("displayWidth", () => {
  it.each([
    ["", 0],
    ["abc", 3],
    ["é", 1],
    ["e\u0301", 1],
    ["漢字", 4],
    ["한글", 4],
    ["👍", 2],
    ["👩‍👩‍👧", 2],
    ["❤️", 2],
    ["✓", 1],
    ["3 #", 3],
    ["\u001B[31mred\u001B[39m", 3],
  ])("of %j is %i", (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe("truncate", () => {
  it("cuts with dots, never through a wide character, and keeps colours whole", () => {
    expect(truncate("abcdef", 4)).toBe("abc…");
    expect(truncate("漢字漢字", 4)).toBe("漢…");
    expect(truncate("abc", 3)).toBe("abc");
    expect(truncate("\u001B[31mabcdef\u001B[39m", 3)).toBe("\u001B[31mab\u001B[39m…");
  });

  it("never takes more than the width, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(30), (raw, width) => {
        const text = printable(raw);
        expect(displayWidth(truncate(text, width))).toBeLessThanOrEqual(width);
        expect(displayWidth(padEnd(text, width))).toBeGreaterThanOrEqual(width);
      }),
    );
  });
});

describe("printable", () => {
  it("leaves nothing that a terminal acts on", () => {
    expect(printable("a\u001B[2Jb\u0007c\r\nd\te\u202Ef")).toBe("abcd  ef");
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0x2100 })), (codes) => {
        const text = String.fromCodePoint(...codes);
        expect(printable(text)).not.toMatch(/\p{Cc}/u);
        expect(stripVTControlCharacters(printable(text))).toBe(printable(text));
      }),
    );
  });
});
