import { format, inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { Secret, looksSecret } from "./secret.ts";

describe("Secret", () => {
  const secret = new Secret("open sesame");
  it.each<[string, string]>([
    ["a template", `a ${String(secret)}`],
    ["joining", ["a", secret].join("-")],
    ["adding", "a".concat(...[secret].map(String))],
    ["JSON", JSON.stringify({ secret })],
    ["inspect", inspect({ deep: { secret } }, { showHidden: true, depth: 9 })],
    ["format", format("%s %o %j", secret, secret, secret)],
    ["an error", new Error("x", { cause: secret }).stack + inspect(new Error("x", { cause: secret }))],
    ["its keys", JSON.stringify(Object.entries(secret)) + "[REDACTED]"],
    ["a clone", JSON.stringify(structuredClone({ secret })) + "[REDACTED]"],
  ])("is hidden by %s", (_, text) => {
    expect(text).not.toContain("sesame");
  });

  it("shows that something was hidden", () => {
    expect(`${String(secret)} ${inspect(secret)} ${JSON.stringify(secret)}`).toBe(
      '[REDACTED] [REDACTED] "[REDACTED]"',
    );
    expect(secret.reveal()).toBe("open sesame");
  });

  it.each(["SESSION_KEY", "API_TOKEN", "DB_PASSWORD", "STRIPE_SECRET_KEY", "SENTRY_DSN"])(
    "%s looks secret",
    (name) => {
      expect(looksSecret(name)).toBe(true);
    },
  );

  it.each(["LOG_LEVEL", "KEYBOARD", "MONKEY", "MAIL_FROM"])("%s does not", (name) => {
    expect(looksSecret(name)).toBe(false);
  });
});
