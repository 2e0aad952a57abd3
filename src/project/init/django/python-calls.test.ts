import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pythonCalls, splitArguments, stringOf } from "./python-calls.ts";

describe("calls in a Python text", () => {
  it("takes brackets, quotes and several lines as Python does", () => {
    const [call] = pythonCalls('X = os.environ.get(\n  "A(",\n  {"b": [1, 2]},\n)  # after', /get$/);
    expect(call).toMatchObject({
      name: "os.environ.get",
      arguments: ['"A("', '{"b": [1, 2]}'],
      before: "X = ",
      after: "  # after",
    });
  });

  it("finds calls within calls, and no method of something else", () => {
    const text = 'flag(env("A"), request.env("B"))';
    expect(pythonCalls(text, /^env$/).map((call) => call.arguments)).toEqual([['"A"']]);
    expect(pythonCalls(text, /^flag$/)).toHaveLength(1);
  });

  it("leaves out what never closes", () => {
    expect(pythonCalls('env("A"', /^env$/)).toEqual([]);
  });

  it("tells string literals from other expressions", () => {
    expect(["'a'", 'r"^b$"', '"c" + d', "e", "f'{g}'"].map(stringOf)).toEqual([
      "a",
      "^b$",
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("gives back each argument whatever stands in it", () => {
    const literal = fc.string().map((text) => JSON.stringify(text));
    const argument = fc.oneof(
      literal,
      fc.integer().map(String),
      fc.array(literal).map((inside) => `[${inside.join(", ")}]`),
    );
    fc.assert(
      fc.property(fc.array(argument, { minLength: 1 }), (all) => {
        expect(splitArguments(all.join(", "))).toEqual(all);
        expect(pythonCalls(`f(${all.join(", ")})`, /^f$/)[0]?.arguments).toEqual(all);
      }),
    );
  });

  it("never fails, whatever the text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("(", ")", '"', "'", ",", "\\", "\n", "f", "[", "=") }),
        (text) => {
          for (const call of pythonCalls(text, /./)) expect(call.end).toBeLessThanOrEqual(text.length);
        },
      ),
    );
  });
});
