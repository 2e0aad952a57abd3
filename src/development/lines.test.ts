import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Lines } from "./lines.ts";

function cut(text: string, sizes: readonly number[]): string[] {
  const found: string[] = [];
  const lines = new Lines((line) => found.push(line));
  const bytes = Buffer.from(text);
  let at = 0;
  for (const size of sizes) {
    lines.push(bytes.subarray(at, at + size));
    at += size;
  }
  lines.push(bytes.subarray(at));
  lines.end();
  return found;
}

describe("Lines", () => {
  it("gives the same lines however the bytes arrive, a letter of several bytes in two pieces included", () => {
    const line = fc.string({ unit: "binary", maxLength: 12 }).map((text) => text.replaceAll(/[\r\n]/g, ""));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(9)), (lines, sizes) => {
        const text = lines.map((one) => `${one}\n`).join("");
        expect(cut(text, sizes)).toEqual(
          Buffer.from(lines.join("\n")).toString().split("\n").slice(0, lines.length),
        );
      }),
    );
  });

  it("takes Windows' line ends off, and the last line without one", () => {
    expect(cut("a\r\nb\r\n\r\nc", [])).toEqual(["a", "b", "", "c"]);
  });

  it("tells output without line ends in pieces", () => {
    expect(cut("x".repeat(20_000), [17_000])).toEqual(["x".repeat(17_000), "x".repeat(3_000)]);
  });
});
