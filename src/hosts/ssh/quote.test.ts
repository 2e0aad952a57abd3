import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quote, shellLine } from "./quote.ts";

const shells = ["sh", "bash"].filter((shell) => spawnSync(shell, ["-c", ":"]).status === 0);

/** Words as they come, and words made of what shells act on. */
const word = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(...Array.from("'\"\\$`!*?[]{}~#&|;<>()= \t\n\rä-")) }),
);

describe("quote", () => {
  it.each(shells)("gives every word to a real %s as it was", (shell) => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (given) => {
        // A lone surrogate has no UTF-8; whatever takes its place is what any program would be given.
        const words = given.filter((text) => !text.includes("\0") && text.isWellFormed());
        const line = shellLine(["printf", String.raw`%s\0`, ...words]);
        const { stdout } = spawnSync(shell, ["-c", line], { encoding: "utf8" });
        expect(stdout.split("\0").slice(0, -1)).toEqual(words.length === 0 ? [""] : words);
      }),
      { numRuns: 150 },
    );
  });

  it("leaves plain words plain", () => {
    expect(shellLine(["rsync", "--server", "/var/lib/cozy", "a b", ""])).toBe(
      "rsync --server /var/lib/cozy 'a b' ''",
    );
  });

  it("refuses what no argument can hold", () => {
    expect(() => quote("a\0b")).toThrow("NUL");
  });
});
