import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Secret } from "../../secrets/secret.ts";
import { mayBeLeftOut } from "../../../test/support/may-be-left-out.ts";
import { passwordLine, sha512Crypt } from "./password-hash.ts";

const openssl = (password: string, salt: string): string => {
  // Of an option's value it takes the rounds as a part of the salt.
  const { stdout } = spawnSync("openssl", ["passwd", "-6", "-salt", salt, "-stdin"], {
    input: `${password}\n`,
    encoding: "utf8",
  });
  return stdout.trim();
};
const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

describe.skipIf(mayBeLeftOut(!hasOpenssl))("sha512Crypt", () => {
  it("says what openssl says", () => {
    const text = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 100 })
      .filter((one) => !/[\n\r\0]/.test(one));
    fc.assert(
      fc.property(text, fc.stringMatching(/^[A-Za-z0-9./]{1,16}$/), (password, salt) => {
        expect(sha512Crypt(password, salt, 5_000)).toBe(openssl(password, salt));
      }),
      { numRuns: 15 },
    );
  });
});

describe("passwordLine", () => {
  it("is the same each time, and another for another site, user or password", () => {
    const line = passwordLine("cozywish-staging", "team", new Secret("open"));
    expect(line).toMatch(/^team:\$6\$rounds=1000\$[\w./]{16}\$[\w./]{86}\n$/);
    expect(passwordLine("cozywish-staging", "team", new Secret("open"))).toBe(line);
    const others = [
      passwordLine("cozywish-production", "team", new Secret("open")),
      passwordLine("cozywish-staging", "other", new Secret("open")).replace("other", "team"),
      passwordLine("cozywish-staging", "team", new Secret("opem")),
    ];
    expect(new Set([line, ...others]).size).toBe(4);
  });
});
