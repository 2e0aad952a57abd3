import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { progressLine } from "./progress-line.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What was written there since it was last asked. */
function stream(isTTY: boolean) {
  const stderr = Object.assign(new PassThrough({ encoding: "utf8" }), { isTTY, columns: 20 });
  return { stderr, written: () => String(stderr.read() ?? "") };
}

const clear = "\r\x1b[2K";

describe("a line of progress", () => {
  it("is there on a terminal while something goes on, no longer than the terminal is wide", () => {
    const { stderr, written } = stream(true);
    const line = progressLine({ json: false, stderr });
    line.tell("counting requests of everybody");
    expect(written()).toBe(`${clear}counting requests …`);
    line.end();
    expect(written()).toBe(clear);
  });

  it("says the last of what came at once, which may be true for long", () => {
    const { stderr, written } = stream(true);
    const line = progressLine({ json: false, stderr });
    for (const text of ["one", "two", "three"]) line.tell(text);
    expect(written()).toBe(`${clear}one`);
    vi.advanceTimersByTime(200);
    expect(written()).toBe(`${clear}three`);
    vi.advanceTimersByTime(200);
    line.tell("four");
    line.tell("five");
    line.end();
    vi.advanceTimersByTime(200);
    expect(written()).toBe(`${clear}four${clear}`);
  });

  it.each([
    ["a pipe", false, false],
    ["JSON", true, true],
  ])("is nothing in %s", (_, isTTY, json) => {
    const { stderr, written } = stream(isTTY);
    const line = progressLine({ json, stderr });
    line.tell("counting");
    line.end();
    expect(written()).toBe("");
  });
});
