import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDotenv } from "../secrets/dotenv.ts";
import { fillSecrets } from "./fill-dotenv.ts";

describe("fillSecrets", () => {
  it.each([
    ["an empty line", "A=1\nKEY=\nB=2\n", "A=1\nKEY=drawn\nB=2\n"],
    ["an empty one in quotes", 'KEY=""\n', "KEY=drawn\n"],
    ["one with a comment behind it", "KEY= # openssl makes one\n", "KEY=drawn\n"],
    ["one that is commented out", "# for cookies\n#KEY=\nB=2", "# for cookies\nKEY=drawn\nB=2"],
    ["an empty line before one that is commented out", "#KEY=\nKEY=\n", "#KEY=\nKEY=drawn\n"],
    ["the end, where there is none", "A=1", "A=1\nKEY=drawn\n"],
    ["no line of another name", "MY_KEY=\nKEY_ID=\n", "MY_KEY=\nKEY_ID=\nKEY=drawn\n"],
    ["nothing but the end for a commented line with an example", "#KEY=abc\n", "#KEY=abc\nKEY=drawn\n"],
  ])("fills %s", (_what, text, expected) => {
    expect(fillSecrets(text, ["KEY"], () => "drawn")).toBe(expected);
  });

  it("gives every secret its own value and leaves all other values as they were", () => {
    const name = fc.stringMatching(/^[A-Z][A-Z_]{0,8}$/);
    const line = fc.oneof(
      name.map((one) => `${one}=`),
      name.map((one) => `#${one}=`),
      fc.tuple(name, fc.stringMatching(/^[a-z0-9]{1,6}$/)).map(([one, value]) => `${one}=${value}`),
      fc.constant("# a comment"),
      fc.constant(""),
    );
    fc.assert(
      fc.property(fc.array(line), fc.uniqueArray(name, { maxLength: 4 }), (lines, names) => {
        const text = lines.join("\n");
        const before = parseDotenv(text);
        const secrets = names.filter((one) => (before.get(one) ?? "") === "");
        let drawn = 0;
        const after = parseDotenv(fillSecrets(text, secrets, () => `$&drawn${(drawn += 1)}`));
        const kept = [...before.keys()].filter((one) => !secrets.includes(one));
        expect(kept.map((one) => after.get(one))).toEqual(kept.map((one) => before.get(one)));
        expect(new Set(secrets.map((one) => after.get(one))).size).toBe(secrets.length);
        for (const one of secrets) expect(after.get(one)).toMatch(/^\$&drawn\d+$/);
      }),
    );
  });
});
