import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { catalogue, type ErrorCode } from "../../errors/catalogue.ts";
import { CozyError, systemCode } from "../../errors/cozy-error.ts";
import { errorFromWire, errorToWire } from "./wire-error.ts";

const there = (thrown: unknown): Error => errorFromWire(JSON.parse(JSON.stringify(errorToWire(thrown))));
const codes = fc.constantFrom(...(Object.keys(catalogue) as ErrorCode[]));

describe("an error on the wire", () => {
  it("arrives with all of its fields", () => {
    const errors = fc.record(
      { message: fc.string(), state: fc.string(), next: fc.string(), details: fc.array(fc.string()) },
      { requiredKeys: ["message"] },
    );
    fc.assert(
      fc.property(codes, errors, (code, details) => {
        const sent = new CozyError(code, details);
        const arrived = there(sent);
        expect(arrived).toBeInstanceOf(CozyError);
        expect(arrived).toMatchObject({ ...details, code, fault: sent.fault, title: sent.title });
      }),
    );
  });

  it("brings the errors beneath it, and the codes of the system's", () => {
    const beneath = Object.assign(new Error("no room"), { code: "ENOSPC" });
    const arrived = there(new CozyError("journal-unwritable", { message: "full", cause: beneath }));
    expect(arrived.cause).toMatchObject({ message: "no room" });
    expect(systemCode(arrived.cause)).toBe("ENOSPC");
  });

  it("is a plain error where it was one, or where this cozy does not know its code", () => {
    expect(there(new TypeError("x is undefined"))).toMatchObject({
      name: "TypeError",
      message: "x is undefined",
    });
    expect(errorFromWire({ code: "of-a-newer-cozy", name: "CozyError", message: "new" })).not.toBeInstanceOf(
      CozyError,
    );
    expect(there("only words").message).toBe("only words");
    expect(errorFromWire(undefined)).toBeInstanceOf(Error);
  });
});
