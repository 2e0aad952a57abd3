import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Secret } from "../../secrets/secret.ts";
import { fromWire, toWire } from "./wire-value.ts";

const there = (value: unknown): unknown => fromWire(JSON.parse(JSON.stringify(toWire(value))));

/** Everything that ports speak in: plain objects and arrays of it, names of any kind among them. */
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.string({ unit: "binary" }),
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constant(undefined),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("$", "__proto__", "toString")), tie("value"), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
})).value;

describe("a value on the wire", () => {
  it("arrives as it was sent", () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(there(value)).toStrictEqual(value);
      }),
    );
  });

  it("keeps what JSON would lose", () => {
    expect(there([undefined, Number.NaN, -0, Infinity, { a: undefined }])).toStrictEqual([
      undefined,
      Number.NaN,
      -0,
      Infinity,
      { a: undefined },
    ]);
  });

  it("is a secret again where it was one", () => {
    const arrived = there({ API_KEY: new Secret("hush $ hush") }) as { API_KEY: Secret };
    expect(arrived.API_KEY).toBeInstanceOf(Secret);
    expect(arrived.API_KEY.reveal()).toBe("hush $ hush");
    expect(JSON.stringify(arrived)).not.toContain("hush");
  });

  it("has the receiver's own signal and functions in the place of those sent", () => {
    const { signal } = new AbortController();
    const called: unknown[] = [];
    const wire = toWire([new AbortController().signal, (line: string) => line], { numberOf: () => 7 });
    const [arrivedSignal, fn] = fromWire(wire, {
      signal,
      functionOf: (number) => (line) => void called.push(number, line),
    }) as [AbortSignal, (line: string) => void];
    fn("a line");
    expect(arrivedSignal).toBe(signal);
    expect(called).toEqual([7, "a line"]);
  });

  it.each([
    ["a date", new Date(0)],
    ["a map", new Map()],
    ["a function where none is expected", () => 1],
    ["a symbol", Symbol("s")],
  ])("can't be %s", (_name, value) => {
    expect(() => toWire(value)).toThrow("can't go over the wire");
  });
});
