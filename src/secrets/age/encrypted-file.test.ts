import { describe, expect, it } from "vitest";
import { encryptedText, parseEncrypted, type SealedSecret } from "./encrypted-file.ts";

const secret = (name: string): SealedSecret => ({
  name,
  setOn: "2026-11-28",
  setBy: "Ann B.",
  exposedTo: name === "B" ? ["carl", "dora"] : [],
  recipients: "0123456789ab",
  armored: "-----BEGIN AGE ENCRYPTED FILE-----\nAAAA\nBBBB\n-----END AGE ENCRYPTED FILE-----",
});

const text = encryptedText("staging", [secret("C"), secret("A"), secret("B")]);
const read = (changed: string): SealedSecret[] => parseEncrypted(changed, "staging", "the file");

describe("the encrypted file", () => {
  it("has a paragraph for each name, sorted", () => {
    expect(text).toBe(`# Encrypted with age by \`cozy secrets\`, which also reads and changes it.
format: 1
environment: staging

[A]
set: 2026-11-28 by Ann B.
recipients: 0123456789ab
-----BEGIN AGE ENCRYPTED FILE-----
AAAA
BBBB
-----END AGE ENCRYPTED FILE-----

[B]
set: 2026-11-28 by Ann B.
exposed to: carl, dora
recipients: 0123456789ab
-----BEGIN AGE ENCRYPTED FILE-----
AAAA
BBBB
-----END AGE ENCRYPTED FILE-----

[C]
set: 2026-11-28 by Ann B.
recipients: 0123456789ab
-----BEGIN AGE ENCRYPTED FILE-----
AAAA
BBBB
-----END AGE ENCRYPTED FILE-----
`);
    expect(read(text)).toEqual([secret("A"), secret("B"), secret("C")]);
    expect(read(encryptedText("staging", []))).toEqual([]);
  });

  it("can be read with more or fewer blank lines, in any order, as a merge may leave it", () => {
    const merged = text.replace("\n\n[B]", "\n\n\n[B]").replace("\n\n[C]", "\n[C]");
    expect(read(`${merged}\n`)).toEqual([secret("A"), secret("B"), secret("C")]);
    const [head = "", a = "", ...others] = text.split("\n\n");
    expect(read([head, ...others, a].join("\n\n").concat("\n")).map(({ name }) => name)).toEqual([
      "B",
      "C",
      "A",
    ]);
  });

  it.each<[string, string, string]>([
    ["marks of a merge", text.replace("[B]", "<<<<<<< ours\n[B]"), "a merge left its marks in it"],
    [
      "one of another environment",
      encryptedText("production", []),
      "does not begin as the encrypted file of staging",
    ],
    ["a name twice", text.replace("[B]", "[A]"), "it holds A twice"],
    ["a line that was taken out", text.replace("recipients: 0123456789ab\n", ""), "from line 5 on"],
    ["half a file", text.slice(0, -20), "from line 22 on"],
    ["lines of Windows", text.replaceAll("\n", "\r\n"), "does not begin as"],
    ["a name that no variable has", text.replace("[C]", "[C-1]"), "from line 22 on"],
    ["something else", "KEY=value\n", "does not begin as"],
  ])("refuses %s", (_, changed, why) => {
    expect(() => read(changed)).toThrow(
      expect.objectContaining({ code: "secrets-damaged", message: expect.stringContaining(why) }),
    );
  });

  it("names the version that a newer format takes", () => {
    expect(() => read(text.replace("format: 1", "format: 2"))).toThrow(
      expect.objectContaining({ code: "secrets-newer" }),
    );
  });
});
