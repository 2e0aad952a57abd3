import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitCommand } from "./command-words.ts";

describe("splitCommand", () => {
  it.each<[string, string[]]>([
    ["node server.js", ["node", "server.js"]],
    ["  node   --enable-source-maps\tdist/server.js ", ["node", "--enable-source-maps", "dist/server.js"]],
    ["node -e 'console.log(\"hi; there\")'", ["node", "-e", 'console.log("hi; there")']],
    ['echo "a b"c ""', ["echo", "a bc", ""]],
    ['echo a\\ b \\"', ["echo", "a b", '"']],
    ["echo 'a\\b'", ["echo", "a\\b"]],
  ])("splits %j", (text, words) => {
    expect(splitCommand(text)).toEqual({ ok: true, words });
  });

  it.each(["a && b", "a | b", "a > b", "a; b", "a $HOME", "a `b`", "a $(b)", "a\nb"])(
    "leaves %j to a shell",
    (text) => {
      expect(splitCommand(text)).toMatchObject({ ok: false });
    },
  );

  it.each([
    ["", "is empty"],
    ["   ", "is empty"],
    ["a 'b", "opens a quote ' that it does not close"],
    ["a \\", "ends in a backslash"],
  ])("can't run %j", (text, reason) => {
    expect(splitCommand(text)).toEqual({ ok: false, reason });
  });

  it("splits as a shell does", () => {
    const text = fc
      .array(fc.constantFrom("a", "b-", "=", " ", "  ", "'x y'", '"x \'y"', "\\ ", "\\'", "''", "/."), {
        maxLength: 12,
      })
      .map((parts) => `printf ${parts.join("")}`);
    fc.assert(
      fc.property(text, (command) => {
        const split = splitCommand(command);
        const shell = execFileSync("sh", ["-c", `for word in ${command}; do printf '%s\\0' "$word"; done`], {
          encoding: "utf8",
        });
        expect(split).toEqual({ ok: true, words: shell.split("\0").slice(0, -1) });
      }),
      { numRuns: 60 },
    );
  });
});
