import { describe, expect, it } from "vitest";
import type { LogLine } from "./log-line.ts";
import { mergeLines } from "./merge-lines.ts";

function line(host: string, at: number | undefined, text: string): LogLine {
  return { host, at, release: undefined, source: "web.0", level: "info", line: text };
}

function merging(hosts: readonly string[]) {
  const printed: string[] = [];
  let now = 1_000;
  const merge = mergeLines(
    hosts,
    () => now,
    ({ line: text }) => printed.push(text),
  );
  return { merge, printed, pass: (ms: number) => merge.flush((now += ms)) };
}

describe("mergeLines", () => {
  it("prints the past by time, once every host has told its own", () => {
    const { merge, printed, pass } = merging(["a", "b"]);
    merge.line(line("a", 10, "a10"));
    merge.line(line("a", 30, "a30"));
    merge.caughtUp("a");
    pass(10_000);
    expect(printed).toEqual([]);
    merge.line(line("b", 20, "b20"));
    merge.caughtUp("b");
    expect(printed).toEqual(["a10", "b20", "a30"]);
  });

  it("holds a new line back for a moment, in which an older one of another host may come", () => {
    const { merge, printed, pass } = merging(["a", "b"]);
    merge.caughtUp("a");
    merge.caughtUp("b");
    merge.line(line("a", 50, "a50"));
    pass(100);
    expect(printed).toEqual([]);
    merge.line(line("b", 40, "b40"));
    pass(200);
    expect(printed).toEqual(["b40", "a50"]);
  });

  it("keeps what has no time behind the line before it", () => {
    const { merge, printed } = merging(["a", "b"]);
    merge.line(line("a", 10, "Error"));
    merge.line(line("a", undefined, "  at f"));
    merge.line(line("b", 5, "b5"));
    merge.line(line("b", 20, "b20"));
    merge.end();
    expect(printed).toEqual(["b5", "Error", "  at f", "b20"]);
  });
});
