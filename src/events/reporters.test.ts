import { describe, expect, it } from "vitest";
import { chooseStyle } from "./choose-style.ts";
import { chooseReporter, reporterKind } from "./choose-reporter.ts";
import type { CozyEvent, Reporter } from "./event.ts";
import { fanOut } from "./fan-out.ts";
import { jsonReporter } from "./json-reporter.ts";
import { styleOf } from "./marks.ts";
import { plainReporter } from "./plain-reporter.ts";
import { terminalReporter } from "./terminal-reporter.ts";
import { screen } from "./testing/screen.ts";
import { streams } from "./testing/streams.ts";

const bare = styleOf({ colour: false, unicode: true });

describe.each(["success", "failure", "interrupt", "canary", "fleet", "fleet-failure"] as const)(
  "a %s",
  (name) => {
    it("as a tree that stays on the terminal", async () => {
      await expect(onScreen(streams[name]).text()).toMatchFileSnapshot(`testing/golden/${name}.terminal.txt`);
    });

    it("as a tree half-way", async () => {
      const events = streams[name].slice(
        0,
        streams[name].findLastIndex(({ type }) => type === "plan-ended") - 2,
      );
      await expect(onScreen(events).text()).toMatchFileSnapshot(`testing/golden/${name}.half-way.txt`);
    });

    it("as lines for a log, without a control character", async () => {
      const text = written((write) => plainReporter(write), streams[name]);
      expect(text).not.toMatch(/[^\P{Cc}\n]/u);
      await expect(text).toMatchFileSnapshot(`testing/golden/${name}.plain.txt`);
    });

    it("as JSON, an event a line", () => {
      const text = written(jsonReporter, streams[name]);
      const lines: unknown[] = text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(lines).toEqual(JSON.parse(JSON.stringify(streams[name])));
    });
  },
);

describe("the tree on a terminal", () => {
  it("hides the cursor while it is live and gives it back, also where no end was told", () => {
    const terminal = screen(80, 24);
    const reporter = terminalReporter({ ...bare, stream: terminal.stream, now: () => 0, repeat: once });
    for (const event of streams.success.slice(0, 4)) reporter.report(event);
    expect(terminal.cursorHidden()).toBe(true);
    reporter.close();
    reporter.close();
    expect(terminal.cursorHidden()).toBe(false);
    expect(terminal.text()).toContain("Deploying cozywish to production");
  });

  it("shows sixteen hosts by what they are at, on a terminal of 24 lines", () => {
    const start = streams.fleet.findIndex(({ type }) => type === "phase-done") + 2;
    const terminal = onScreen(streams.fleet.slice(0, start + 16 + 3 * 2), 80, 24, 4_500);
    expect(terminal.text()).toMatch(/[⠙⠹] 13 hosts {13}start 2 web instances/);
    expect(terminal.text()).toMatch(/[⠙⠹] web-1, web-2, web-3 {2}ready: GET/);
    expect(terminal.text().trimEnd().split("\n").length).toBeLessThan(12);
  });

  it.each([20, 40, 79, 200])(
    "never draws a line wider than %i columns, nor higher than the terminal",
    (columns) => {
      const terminal = onScreen(streams.failure.slice(0, -1), columns, 9);
      const lines = terminal.text().trimEnd().split("\n");
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns);
      expect(lines.length).toBeLessThan(9);
      expect(terminal.text()).toContain("Start");
    },
  );

  it("is drawn by the clock and not by the event: a thousand lines of output are one picture", () => {
    const terminal = screen(80, 24);
    let draw = () => {};
    const repeat = (again: () => void) => {
      draw = again;
      return { stop: () => {} };
    };
    const reporter = terminalReporter({ ...bare, stream: terminal.stream, now: () => 5_000, repeat });
    for (const event of streams.failure.slice(0, 8)) reporter.report(event);
    const before = terminal.writes.length;
    for (let line = 0; line < 1000; line += 1) {
      reporter.report({
        type: "operation-output",
        at: 0,
        operation: "ready@web-1",
        stream: "stdout",
        line: `line ${line}`,
      });
    }
    draw();
    expect(terminal.writes.length - before).toBe(1);
    expect(terminal.text()).toContain("line 999");
  });

  it("shows the running operation with its spinner, time and newest line", () => {
    const terminal = onScreen(streams.failure.slice(0, 11), 100, 24, 20_300);
    expect(terminal.text()).toMatch(/[⠙⠹] web-1 {2}ready: GET \/readyz {2,}7 s {3}Error: no DATABASE_URL/);
    expect(terminal.text()).not.toContain("\u0007");
  });

  it("goes on drawing over itself after the terminal was made narrower", () => {
    const terminal = screen(100, 40);
    let draw = () => {};
    const repeat = (again: () => void) => {
      draw = again;
      return { stop: () => {} };
    };
    const reporter = terminalReporter({ ...bare, stream: terminal.stream, now: () => 0, repeat });
    for (const event of streams.failure.slice(0, 12)) reporter.report(event);
    draw();
    terminal.stream.columns = 30;
    draw();
    const up = Number(/\[(\d+)A/.exec(terminal.writes.at(-1) ?? "")?.[1]);
    // Lines of up to 100 columns take up to four rows of 30.
    expect(up).toBeGreaterThan(terminal.text().trimEnd().split("\n").length);
  });

  it("does without Unicode and colour where the terminal has none", () => {
    const terminal = onScreen(streams.success, 80, 40, 0, styleOf({ colour: false, unicode: false }));
    expect(terminal.text()).toMatch(/^[\u0020-\u007E\n]*$/);
    expect(
      onScreen(streams.success, 80, 40, 0, styleOf({ colour: true, unicode: true })).writes.join(""),
    ).toContain("\u001B[32m✓\u001B[39m");
  });
});

describe("the watch of a release", () => {
  const ticks = streams.canary.filter((event) => event.type === "canary-tick");

  it.each([
    [60, 24, true, /[█░▁]/],
    [100, 12, false, /^[\u0020-\u007E\n]*$/],
  ])("fits on a terminal of %i by %i", (columns, rows, unicode, signs) => {
    const half = streams.canary.slice(
      0,
      streams.canary.findLastIndex(({ type }) => type === "canary-tick"),
    );
    const text = onScreen(half, columns, rows, 130_000, styleOf({ colour: false, unicode })).text();
    const lines = text.trimEnd().split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns);
    expect(lines.length).toBeLessThan(rows);
    expect(text).toContain("evidence");
    expect(text).toMatch(signs);
  });

  it("takes as many lines at each tick, so that nothing below it jumps", () => {
    const heights = ticks.map((tick) => {
      const events = streams.canary.slice(0, streams.canary.indexOf(tick) + 1);
      return onScreen(events).text().trimEnd().split("\n").length;
    });
    expect(new Set(heights).size).toBe(1);
  });

  it("is told once a minute in a log, and whenever a decision changes", () => {
    const told = written((write) => plainReporter(write), streams.canary)
      .split("\n")
      .filter((line) => line.includes("20 %: new"));
    expect(ticks.length).toBe(5);
    expect(told.map((line) => line.slice(0, 10))).toEqual(["[  30.0 s]", "[  90.0 s]", "[ 120.0 s]"]);
  });
});

describe("the choice of a reporter", () => {
  const tty = { isTTY: true, write: () => true };
  const pipe = { isTTY: false, write: () => true };
  it.each([
    [{ json: false, env: {}, stream: tty }, "terminal"],
    [{ json: false, env: { CI: "true" }, stream: tty }, "plain"],
    [{ json: false, env: { CI: "false" }, stream: tty }, "terminal"],
    [{ json: false, env: { TERM: "dumb" }, stream: tty }, "plain"],
    [{ json: false, env: {}, stream: pipe }, "plain"],
    [{ json: true, env: {}, stream: tty }, "json"],
  ])("%o: %s", (surroundings, kind) => {
    expect(reporterKind({ ...surroundings, now: () => 0 })).toBe(kind);
  });

  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: "1" }, true, false],
    [{ NO_COLOR: "" }, true, true],
    [{ FORCE_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "0" }, true, false],
    [{ NO_COLOR: "1", FORCE_COLOR: "1" }, true, false],
    [{ TERM: "dumb" }, true, false],
  ])("colours with %o on a terminal (%s): %s", (env, isTerminal, colour) => {
    expect(chooseStyle(env, isTerminal).colours.isColorSupported).toBe(colour);
  });

  it.each([
    [{}, "✓"],
    [{ LANG: "de_DE.UTF-8" }, "✓"],
    [{ LANG: "C" }, "+"],
    [{ LC_ALL: "C", LANG: "en_US.UTF-8" }, "+"],
    [{ TERM: "linux", LANG: "en_US.UTF-8" }, "+"],
  ])("draws with %o: %s", (env, sign) => {
    expect(chooseStyle(env, false).marks.done).toBe(sign);
  });

  it("writes what it chose to the stream", () => {
    const texts: string[] = [];
    const stream = { isTTY: false, write: (text: string) => texts.push(text) };
    const reporter = chooseReporter({ json: false, env: {}, stream, now: () => 0 });
    for (const event of streams.success) reporter.report(event);
    reporter.close();
    expect(texts.join("")).toContain("new is in force on production");
  });
});

describe("several reporters", () => {
  it("all hear of everything; one that throws is left out and stops nobody", () => {
    const heard: string[] = [];
    const faults: unknown[] = [];
    const broken: Reporter = {
      report: () => {
        throw new Error("pipe closed");
      },
      close: () => {},
    };
    const good: Reporter = { report: ({ type }) => heard.push(type), close: () => heard.push("closed") };
    const all = fanOut([broken, good], (error) => faults.push(error));
    all.report({ type: "note", at: 0, message: "a" });
    all.report({ type: "note", at: 0, message: "b" });
    all.close();
    expect(heard).toEqual(["note", "note", "closed"]);
    expect(faults).toEqual([new Error("pipe closed")]);
  });
});

const once = (draw: () => void) => {
  draw();
  return { stop: () => {} };
};

function onScreen(events: readonly CozyEvent[], columns = 100, rows = 40, now = 20_000, style = bare) {
  const terminal = screen(columns, rows);
  let draw = () => {};
  const repeat = (again: () => void) => {
    draw = again;
    return { stop: () => {} };
  };
  const reporter = terminalReporter({ ...style, stream: terminal.stream, now: () => now, repeat });
  for (const event of events) reporter.report(event);
  if (events.at(-1)?.type !== "plan-ended") draw();
  return terminal;
}

function written(make: (write: (text: string) => void) => Reporter, events: readonly CozyEvent[]): string {
  let text = "";
  const reporter = make((more) => (text += more));
  for (const event of events) reporter.report(event);
  reporter.close();
  return text;
}
