import { beforeAll, describe, expect, it } from "vitest";
import { recipientsFor, recipientsMark, withRecipient, type Recipient } from "./recipients.ts";
import { person } from "./testing.ts";

let ann: Recipient;
let bob: Recipient;
beforeAll(async () => {
  ann = (await person("ann")).recipient;
  bob = (await person("bob")).recipient;
});

const environments = ["staging", "production"];
const read = (text: string, environment = "staging") => recipientsFor(text, environment, environments);

describe("the recipients", () => {
  it("are those of all environments, and those that name this one", () => {
    const text = withRecipient(withRecipient(undefined, ann), bob).trimEnd() + " staging # until May\n";
    expect(read(text)).toEqual([ann, bob]);
    expect(read(text, "production")).toEqual([ann]);
  });

  it("are told apart by a mark that knows no order and no names", () => {
    expect(recipientsMark([ann, bob])).toBe(recipientsMark([{ ...bob, name: "robert" }, ann]));
    expect(recipientsMark([ann, bob])).not.toBe(recipientsMark([ann]));
  });

  it("are refused with all faults at once", () => {
    const text = [`${ann.key} ann`, `${ann.key} bob`, `${bob.key} ann stagin`, bob.key, "ssh-ed25519 AAAA"];
    expect(() => read(text.join("\n"))).toThrow(
      expect.objectContaining({
        code: "recipients-invalid",
        details: [
          "line 2: the key stands in a line above already",
          'line 3: "ann" is the name of a key above already',
          'line 3: "stagin" is no environment; did you mean staging?',
          "line 4: the key has no name behind it; say whose it is",
          "line 4: the key stands in a line above already",
          'line 5: "ssh-ed25519" is no public key of age (`age1` and 58 characters)',
        ],
      }),
    );
  });

  it("never show a secret key that somebody put there", async () => {
    const { key } = await person("eve");
    const thrown = ((): unknown => {
      try {
        return read(`${key} eve`);
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toMatchObject({ details: [expect.stringContaining("holds a secret key")] });
    expect(JSON.stringify([thrown, String(thrown)])).not.toContain(key.slice(0, 25));
  });
});
