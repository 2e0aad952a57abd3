import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editText, parseEdited, withFaults } from "./edit-text.ts";

describe("the text that is edited", () => {
  it("gives back every value, several lines and all quotes included", () => {
    const piece = fc.constantFrom("\n", "END", "END_1", "<<END", "=", "#", " ", "'", '"', "$x", "\r", "é");
    const value = fc
      .oneof(
        fc.string({ minLength: 1 }),
        fc.array(piece, { minLength: 1 }).map((pieces) => pieces.join("")),
      )
      .filter((text) => !text.includes("\0"));
    const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/);
    fc.assert(
      fc.property(fc.dictionary(name, value), (given) => {
        const values = new Map(Object.entries(given));
        expect(parseEdited(editText("staging", values))).toEqual({ ok: true, values });
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, string]>([
    ["KEY", "line 1: is no NAME=value"],
    ["MY-KEY=x", "line 1: what stands before = is no name of a variable"],
    ["A=1\n\nA=2", "line 3: A stands above already"],
    ["A=", "line 1: the value of A is empty; an application would find it missing"],
    ["A=<<END\nx\n", "line 1: there is no line that is END alone behind it"],
  ])("refuses %j", (text, fault) => {
    expect(parseEdited(text)).toEqual({ ok: false, faults: [fault] });
  });

  it("tells no value in a fault", () => {
    expect(JSON.stringify(parseEdited("hunter2\nA-B=hunter2\n=hunter2\n"))).not.toContain("hunter2");
  });

  it("comes back with its faults on top, by the lines that they now stand in", () => {
    const once = withFaults("A=1\nKEY\n", ["line 2: is no NAME=value"]);
    expect(once).toBe("#! line 3: is no NAME=value\nA=1\nKEY\n");
    expect(withFaults(once, ["line 3: is no NAME=value"])).toBe(once);
  });
});
