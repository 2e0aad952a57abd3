import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redactor } from "./redactor.ts";

describe("redactor", () => {
  it("hides a value in every form that output shows it in", () => {
    const secrets = ['p@ss "word"/1', "line one\nline two"];
    const text = 'p@ss "word"/1 | p%40ss%20%22word%22%2F1 | "p@ss \\"word\\"/1" | line two';
    expect(redactor(secrets)(text)).toBe('[REDACTED] | [REDACTED] | "[REDACTED]" | [REDACTED]');
  });

  it("hides the longer of two values that begin alike, whole", () => {
    expect(redactor(["abcd", "abcdefgh"])("abcdefgh")).toBe("[REDACTED]");
  });

  it("leaves values alone that any text may hold", () => {
    expect(redactor(["80", "abc", ""])("port 80 of abc")).toBe("port 80 of abc");
  });

  it("never lets a value through, wherever it stands", () => {
    const value = fc.string({ minLength: 4, maxLength: 40 }).filter((text) => !"[REDACTED]".includes(text));
    fc.assert(
      fc.property(fc.string(), value, fc.string(), (before, secret, after) => {
        const rest = redactor([secret])(before + secret + after).replaceAll("[REDACTED]", "\u0000");
        expect(rest).not.toContain(secret);
      }),
    );
  });
});
