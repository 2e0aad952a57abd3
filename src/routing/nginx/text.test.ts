import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseNginx } from "./lint/parse-nginx.ts";
import { word } from "./text.ts";
import { atLeast, versionsIn } from "./versions.ts";

describe("word", () => {
  it("is read back as it was, whatever it holds", () => {
    const sayable = fc.string({ unit: "binary", minLength: 0 }).filter((text) => !/[$\p{Cc}]/u.test(text));
    fc.assert(
      fc.property(sayable, (text) => {
        expect(parseNginx(`x ${word(text)};`)).toEqual([{ name: "x", args: [text], line: 1 }]);
      }),
    );
  });

  it.each(["a$b", "a\nb", "a\0b"])("refuses %j", (text) => {
    expect(() => word(text)).toThrow(expect.objectContaining({ code: "nginx-cant-say" }));
  });
});

describe("versions", () => {
  it.each([
    ["1.22.1", "1.22.1", true],
    ["1.25.0", "1.25.1", false],
    ["1.29.3", "1.25.1", true],
    ["3.0.17", "3.5", false],
    ["3.5", "3.5.0", true],
    ["1.1.1w", "1.1.1", true],
    ["10.0", "9.9", true],
  ])("%s is at least %s: %s", (version, wanted, is) => {
    expect(atLeast(version, wanted)).toBe(is);
  });

  it("reads those that run, not those it was built with", () => {
    const said =
      "nginx version: nginx/1.22.1\nbuilt with OpenSSL 3.0.22 25 Aug 2026 (running with OpenSSL 3.0.19 27 Jan 2026)\n";
    expect(versionsIn(said)).toEqual({ nginx: "1.22.1", openssl: "3.0.19" });
    expect(
      versionsIn("nginx version: nginx/1.26.0 (Ubuntu)\nbuilt with OpenSSL 3.0.13 30 Jan 2024\n"),
    ).toEqual({
      nginx: "1.26.0",
      openssl: "3.0.13",
    });
    expect(versionsIn("Apache")).toBeUndefined();
  });
});
