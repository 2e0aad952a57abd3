import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Secret } from "../secret.ts";
import { encryptedText, parseEncrypted, type SealedSecret } from "./encrypted-file.ts";
import { seal, unseal, type ToSeal } from "./sealed-value.ts";
import { person, type Person } from "./testing.ts";

let ann: Person;
let bob: Person;
let eve: Person;
beforeAll(async () => {
  [ann, bob, eve] = await Promise.all([person("ann"), person("bob"), person("eve")]);
});

const about = { setOn: "2026-11-28", setBy: "ann", exposedTo: [] };

function sealed(over: Partial<ToSeal> & { readonly value: Secret }): Promise<SealedSecret> {
  return seal({ name: "API_KEY", ...about, ...over }, "staging", [ann.recipient, bob.recipient]);
}

async function opened(secret: SealedSecret, by = ann): Promise<string | undefined> {
  return (await unseal(secret, "staging", by.identity.keys))?.value.reveal();
}

describe("a sealed value", () => {
  it("comes back whole, whatever text it is, through the text of the file, for every recipient", async () => {
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/);
    const value = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.string({ unit: "grapheme", maxLength: 50 }),
    );
    const setBy = fc.string({ unit: "grapheme-ascii", minLength: 1 });
    await fc.assert(
      fc.asyncProperty(name, value, setBy, async (name, text, setBy) => {
        const secret = await sealed({ name, value: new Secret(text), setBy, exposedTo: ["carl", "dora"] });
        const [read] = parseEncrypted(encryptedText("staging", [secret]), "staging", "file");
        expect(read).toEqual(secret);
        expect([await opened(secret), await opened(secret, bob)]).toEqual([text, text]);
      }),
      { numRuns: 40 },
    );
  });

  it("can't be read by anybody else", async () => {
    expect(await opened(await sealed({ value: new Secret("hunter2") }), eve)).toBeUndefined();
  });

  it("tells the length of a value only roughly", async () => {
    const lengths = await Promise.all(
      [1, 10, 40].map(
        async (length) => (await sealed({ value: new Secret("x".repeat(length)) })).armored.length,
      ),
    );
    expect(new Set(lengths).size).toBeLessThan(3);
  });

  it("is refused in another's place, also that of the same name in another environment", async () => {
    const key = await sealed({ value: new Secret("one") });
    const other = await sealed({ name: "OTHER", value: new Secret("two") });
    await expect(opened({ ...key, armored: other.armored })).rejects.toMatchObject({
      code: "secrets-damaged",
      message: expect.stringContaining("API_KEY holds the value that was set for OTHER"),
    });
    await expect(unseal(key, "production", ann.identity.keys)).rejects.toMatchObject({
      message: expect.stringContaining("API_KEY holds a value that was set for staging"),
    });
  });

  it.each<[string, Partial<SealedSecret>]>([
    ["when", { setOn: "2025-01-01" }],
    ["by whom", { setBy: "eve" }],
    ["who has seen it", { exposedTo: ["carl"] }],
    ["who reads it", { recipients: "000000000000" }],
  ])("is refused where others wrote %s it was set", async (_, change) => {
    const key = await sealed({ value: new Secret("one") });
    await expect(opened({ ...key, ...change })).rejects.toMatchObject({ code: "secrets-damaged" });
  });

  it("is never given back from a file in which any byte was changed", async () => {
    const secrets = [
      await sealed({ value: new Secret("one"), exposedTo: ["carl"] }),
      await sealed({ name: "OTHER", value: new Secret("two") }),
    ];
    const text = encryptedText("staging", secrets);
    const bytes = Buffer.from(text);
    const positions = Array.from({ length: bytes.length }, (_, at) => at);
    const survived: string[] = [];
    for (const at of positions) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 7));
      if (await readsAsBefore(changed.toString("utf8"))) survived.push(text.slice(at - 10, at + 10));
    }
    expect(survived).toEqual([]);
  });
});

/** Whether every value can still be had: a change must keep at least the one that it touches from it. */
async function readsAsBefore(text: string): Promise<boolean> {
  try {
    const read = parseEncrypted(text, "staging", "file");
    const values = await Promise.all(read.map((one) => opened(one)));
    return values.length === 2 && values.every((value) => value !== undefined);
  } catch {
    return false;
  }
}
