import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { levels } from "../instances/systemd/level.ts";
import { logLineText, parseTold, toldText, type LogLine } from "./log-line.ts";

const line: fc.Arbitrary<LogLine> = fc.record({
  host: fc.string(),
  at: fc.option(fc.nat(), { nil: undefined }),
  release: fc.option(fc.string(), { nil: undefined }),
  source: fc.string(),
  level: fc.constantFrom(...levels),
  line: fc.string({ unit: "binary" }),
});

describe("what a host tells", () => {
  it("arrives as it was, whatever stands in a line, and is one line itself", () => {
    fc.assert(
      fc.property(line, (one) => {
        const text = toldText(one);
        expect(text.indexOf("\n")).toBe(text.length - 1);
        expect(parseTold(text)).toEqual(one);
      }),
    );
    expect(parseTold(toldText("caught up"))).toBe("caught up");
  });

  it.each([
    "",
    "no JSON",
    "3",
    "null",
    '{"host":"a"}',
    '{"host":"a","source":"b","line":"c","level":"loud"}',
  ])("is not %j", (text) => expect(parseTold(text)).toBeUndefined());
});

describe("logLineText", () => {
  it("says when, on which host, of which release", () => {
    const at = Date.UTC(2026, 10, 24, 13, 24, 25, 120);
    const one: LogLine = { host: "web-1", at, release: "r1", source: "web.0", level: "info", line: "hello" };
    expect(logLineText(one, 6)).toBe("2026-11-24 13:24:25.120 web-1  r1 web.0 | hello\n");
    const bare: LogLine = { ...one, at: undefined, release: undefined, source: "access" };
    expect(logLineText(bare, 5)).toBe("web-1 access | hello\n");
  });
});
