import { describe, expect, it } from "vitest";
import { CookieJar } from "./cookie-jar.ts";

function jarWith(...lines: string[]): string | undefined {
  const jar = new CookieJar();
  jar.take(lines);
  return jar.line();
}

describe("CookieJar", () => {
  it.each([
    ["none", [], undefined],
    [
      "names and values, whatever else stands there",
      ["a=1; Path=/x; HttpOnly", "b=2=3; Secure"],
      "a=1; b=2=3",
    ],
    ["the last value of a name", ["a=1", "a=2"], "a=2"],
    ["no cookie that was deleted by its age", ["a=1", "b=2", "a=; Max-Age=0"], "b=2"],
    ["none that was deleted by a date", ["a=1", "a=x; expires=Thu, 01 Jan 1970 00:00:00 GMT"], undefined],
    ["one whose date is to come", ["a=1; Expires=Fri, 01 Jan 2100 00:00:00 GMT"], "a=1"],
    ["an age counts before a date", ["a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], "a=1"],
    ["an empty value", ["a="], "a="],
    ["nothing of lines without a name", ["", "=1", "novalue"], undefined],
  ])("%s", (_name, lines, line) => {
    expect(jarWith(...lines)).toBe(line);
  });

  it("takes an answer without cookies", () => {
    const jar = new CookieJar();
    jar.take(undefined);
    expect(jar.line()).toBeUndefined();
  });
});
