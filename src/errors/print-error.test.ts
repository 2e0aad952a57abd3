import { describe, expect, it } from "vitest";
import { styleOf } from "../events/marks.ts";
import { CozyError } from "./cozy-error.ts";
import { exitCodeOf } from "./exit-code.ts";
import { errorAsJson, printError, renderError } from "./print-error.ts";

const bare = styleOf({ colour: false, unicode: true });
const held = new CozyError("lease-held", {
  message: "production is held by octocat on build-7.",
  state: "Nothing was changed.",
  next: "cozy lease production",
  details: ["since 13:00", "for the deploy of new"],
  cause: new Error("locked"),
});

describe("renderError", () => {
  it("says what happened, what state things are in, and what to run next", () => {
    expect(renderError(held, bare)).toBe(
      [
        "",
        "  ✗ Another deployer holds the environment  lease-held",
        "",
        "    production is held by octocat on build-7.",
        "      since 13:00",
        "      for the deploy of new",
        "",
        "    state  Nothing was changed.",
        "",
        "    next   cozy lease production",
        "",
        "",
      ].join("\n"),
    );
  });

  it("keeps the lines of a message apart, and lets nothing through that a terminal acts on", () => {
    const error = new CozyError("operation-failed", { message: "one\n\u001B]0;title\u0007two\u001B[2J" });
    const text = renderError(error, bare);
    expect(text).toContain("    one\n    two\n");
    expect(text).not.toMatch(/[^\P{Cc}\n]/u);
  });

  it("shows a defect with its stack, its causes, and where to report it", () => {
    const text = renderError(new TypeError("x is undefined", { cause: new Error("deeper") }), bare);
    expect(text).toContain("cozy did something that it should not  defect");
    expect(text).toContain("    x is undefined");
    expect(text).toMatch(/ {6}at .*print-error\.test\.ts/);
    expect(text).toContain("caused by: deeper");
    expect(text).toContain("npm bugs cozywish");
  });

  it("takes whatever was thrown", () => {
    expect(renderError("just text", bare)).toContain("    just text");
    expect(renderError(undefined, bare)).toContain("    undefined");
  });
});

describe("errorAsJson", () => {
  it("is one line with every field by its name, causes included", () => {
    expect(JSON.parse(errorAsJson(held))).toEqual({
      type: "error",
      code: "lease-held",
      fault: "outside",
      title: "Another deployer holds the environment",
      message: "production is held by octocat on build-7.",
      details: ["since 13:00", "for the deploy of new"],
      state: "Nothing was changed.",
      next: "cozy lease production",
      causes: ["locked"],
    });
    expect(errorAsJson(new CozyError("interrupted", { message: "a\nb" }))).not.toContain("\n");
  });
});

describe("printError", () => {
  it("writes for a person on stderr, for a program on stdout", () => {
    const [out, err]: [string[], string[]] = [[], []];
    const streams = {
      stdout: { write: (text: string) => out.push(text) },
      stderr: { write: (text: string) => err.push(text) },
    };
    printError(held, { json: false, env: {}, ...streams });
    expect([out.length, err.join("")]).toEqual([0, renderError(held, bare)]);
    printError(held, { json: true, env: {}, ...streams });
    expect([out.join(""), err.length]).toEqual([`${errorAsJson(held)}\n`, 1]);
  });
});

describe("exitCodeOf", () => {
  it.each([
    ["journal-newer", 2],
    ["lease-held", 1],
    ["interrupted", 130],
    ["defect", 70],
  ] as const)("%s: %i", (code, exitCode) => {
    expect(exitCodeOf(new CozyError(code, { message: "" }))).toBe(exitCode);
  });

  it("is that of a defect for anything else that was thrown", () => {
    expect(exitCodeOf(new Error("x"))).toBe(70);
    expect(exitCodeOf(undefined)).toBe(70);
  });
});
