import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { journalCommand } from "./journal-command.ts";
import { parseJournal } from "./journal-entry.ts";
import { journalLogs } from "./journal-logs.ts";
import { isAtLeast, levelOf, levels } from "./level.ts";
import type { RunProgram } from "./program.ts";
import { readJournal } from "./read-journal.ts";
import { instanceOfUnit } from "./unit-names.ts";

const unit = "app-production-web@r1.0.service";
const line = (message: unknown, more: object = {}) =>
  JSON.stringify({
    MESSAGE: message,
    _SYSTEMD_UNIT: unit,
    PRIORITY: "6",
    __CURSOR: "s=1",
    __REALTIME_TIMESTAMP: "1795871000123456",
    ...more,
  });

describe("a line of the journal", () => {
  it("is the instance's that printed it", () => {
    expect(parseJournal("app-production", `${line("hello")}\n`)).toEqual([
      {
        cursor: "s=1",
        at: 1_795_871_000_123,
        instance: { release: "r1", type: "web", index: 0 },
        priority: 6,
        line: "hello",
      },
    ]);
  });

  it("is text, in whatever form the journal has it", () => {
    const bytes = [...Buffer.from("\u001b[31mröd\u001b[0m")];
    const text = [
      line(bytes),
      line(["first", "second"]),
      line(null),
      "no JSON",
      "{}",
      line("x", { _SYSTEMD_UNIT: "ssh.service" }),
    ];
    expect(parseJournal("app-production", text.join("\n")).map((entry) => entry.line)).toEqual([
      "\u001b[31mröd\u001b[0m",
      "first",
    ]);
  });

  it("never fails to be read", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseJournal("a", text)).toEqual([]);
      }),
    );
  });

  it("of an environment whose name begins as this one's is another's", () => {
    expect(instanceOfUnit("app", "app-web@r1.0.service")).toEqual({ release: "r1", type: "web", index: 0 });
    expect(instanceOfUnit("app", "app-production.once@x.service")).toBeUndefined();
    expect(instanceOfUnit("app", "apple-web@r1.0.service")).toBeUndefined();
  });
});

describe("the level of a line", () => {
  it.each([
    ["ERROR Internal Server Error: /", 6, "error"],
    ["[2026-11-28 15:12:29 +0000] [673] [INFO] Starting", 6, "info"],
    ["WARNING 2026-11-28 12:00:00,000 views 1 2 slow", 6, "warning"],
    ['{"level":60,"msg":"x"}', 6, "critical"],
    ['{"levelname":"DEBUG"}', 6, "debug"],
    ['{"severity":"Warn"}', 6, "warning"],
    ["{broken", 4, "warning"],
    ["an ERROR in the middle says nothing", 6, "info"],
    ["plain", 2, "critical"],
    ["plain", 3, "error"],
    ["plain", 7, "debug"],
  ] as const)("%j with priority %d: %s", (text, priority, level) => {
    expect(levelOf(text, priority)).toBe(level);
  });

  it("is above those before it", () => {
    expect(levels.filter((level) => isAtLeast(level, "error"))).toEqual(["error", "critical"]);
  });
});

describe("what journalctl is asked for", () => {
  it("names the unit, or the slice that is followed", () => {
    expect(journalCommand({ of: { unit }, lines: 5, since: 1_500 }).slice(-3)).toEqual([
      "--lines=5",
      "--since=@1.500",
      `_SYSTEMD_UNIT=${unit}`,
    ]);
    expect(journalCommand({ of: { slice: "x.slice" }, follow: true, afterCursor: "c" }).slice(-4)).toEqual([
      "--after-cursor=c",
      "--follow",
      "--no-tail",
      "_SYSTEMD_SLICE=x.slice",
    ]);
  });
});

describe("reading", () => {
  const asked: (readonly string[])[] = [];
  const run: RunProgram = async (command) => {
    asked.push(command);
    const stdout = command.includes("--field=_SYSTEMD_UNIT")
      ? `ssh.service\n${unit}\napp-production-worker@r2.0.service\n`
      : command[0] === "systemctl"
        ? `Id=${unit}\nInvocationID=i1\n`
        : `${line("INFO a")}\n${line("ERROR b")}\n${line("INFO c")}\n`;
    return { exitCode: 0, stdout, stderr: "" };
  };
  const parts = { layout: { id: "app-production" }, run };
  const signal = new AbortController().signal;

  it("takes the last lines of a level after it has read all of them", async () => {
    asked.length = 0;
    const all = await readJournal(parts, { release: "r1", level: "error", lines: 1 }, signal);
    expect(all.map(({ line, level }) => [level, line])).toEqual([["error", "ERROR b"]]);
    expect(asked).toHaveLength(2);
    expect(asked[1]?.some((word) => word.startsWith("--lines"))).toBe(false);
  });

  it("looks for a text in one life of the unit, and reads on from where it was", async () => {
    asked.length = 0;
    const status = { id: { release: "r1", type: "web", index: 0 } } as Parameters<
      ReturnType<typeof journalLogs>["watch"]
    >[0];
    const watch = journalLogs(parts).watch(status, "d");
    expect(await watch.seen(signal)).toBe(false);
    expect(await watch.seen(signal)).toBe(false);
    expect(asked.at(-1)).toContain("--after-cursor=s=1");
    expect(asked.at(-1)).toContain("_SYSTEMD_INVOCATION_ID=i1");
    expect(await journalLogs(parts).watch(status, "ERROR b").seen(signal)).toBe(true);
  });
});
