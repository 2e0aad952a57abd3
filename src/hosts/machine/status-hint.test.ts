import { describe, expect, it } from "vitest";
import type { Answer, Question } from "./ask-instance.ts";
import { statusHint } from "./status-hint.ts";

function hint(status: number, headers: Answer["headers"] = {}, question: Partial<Question> = {}) {
  return statusHint({ path: "/", ...question }, { status, headers, body: "" }, "ready.headers");
}

describe("statusHint", () => {
  it.each([
    [400, "it may not know the host `localhost`: set `ready.headers.host` to a name that it answers to"],
    [421, "it may not know the host `localhost`: set `ready.headers.host` to a name that it answers to"],
    [401, "it wants credentials: ask for a page that is open to all, or set `ready.headers.authorization`"],
    [
      403,
      "it refuses: ask for a page that is open to all, or set `ready.headers.host` to a name that it answers to",
    ],
    [429, "its rate limit counts these checks: exempt the page from it"],
    [404, "set `ready.path` to a page that it has"],
    [500, undefined],
  ])("%i", (status, text) => {
    expect(hint(status)).toBe(text);
  });

  it("names the host that it was asked by", () => {
    expect(hint(400, {}, { headers: { host: "shop.example" } })).toContain("`shop.example`");
  });

  it.each([
    [
      "to https although it was told so",
      { location: "https://localhost/" },
      {},
      "it redirects to https://localhost/, although it was asked with x-forwarded-proto: https: have it trust its proxy, or set the header that it goes by in `ready.headers`",
    ],
    [
      "to https where it was asked by http",
      { location: "https://localhost/" },
      { headers: { "x-forwarded-proto": "http" } },
      "it redirects to https://localhost/: it wants `x-forwarded-proto: https`, which `ready.headers` replaces",
    ],
    [
      "to its own name",
      { location: "https://shop.example/?from=1" },
      {},
      "it redirects to https://shop.example/: set `ready.headers.host` to `shop.example`",
    ],
    [
      "to another page",
      { location: "/sign-in?next=/" },
      {},
      "it redirects to /sign-in: ask for a page that answers itself, or say so with `status`",
    ],
    ["nowhere", { location: "http://[" }, {}, "it redirects to http://["],
  ])("a redirect %s", (_name, headers, question, text) => {
    expect(hint(301, headers, question)).toBe(text);
  });

  it("does not take a refused form for an unknown host", () => {
    expect(hint(400, {}, { method: "POST" })).toBeUndefined();
    expect(hint(403, {}, { method: "POST" })).toContain("`form`");
  });
});
