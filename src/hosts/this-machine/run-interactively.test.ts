import { EventEmitter } from "node:events";
import { tmpdir } from "node:os";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { runInteractively } from "./run-interactively.ts";

const base = {
  folder: tmpdir(),
  variables: { PATH: process.env["PATH"] ?? "" },
  limits: { memoryBytes: undefined, openFiles: undefined },
};

describe("runInteractively", () => {
  it("gives the command's exit code, and 127 where there is no such program", async () => {
    const terminal = { signals: new EventEmitter(), atTerminal: false };
    expect(await runInteractively({ ...base, command: ["sh", "-c", "exit 5"] }, terminal)).toBe(5);
    expect(await runInteractively({ ...base, command: ["no-such-program"] }, terminal)).toBe(127);
  });

  it.each([
    ["SIGTERM", true, 143],
    ["SIGINT", false, 130],
  ] as const)("passes %s on (at a terminal: %s)", async (name, atTerminal, code) => {
    const signals = new EventEmitter();
    const ended = runInteractively({ ...base, command: ["sleep", "30"] }, { signals, atTerminal });
    await setTimeout(100);
    signals.emit(name);
    expect(await ended).toBe(code);
  });

  it("leaves a Ctrl-C at a terminal to the command, which gets it by itself", async () => {
    const signals = new EventEmitter();
    const ended = runInteractively({ ...base, command: ["sleep", "0.3"] }, { signals, atTerminal: true });
    await setTimeout(100);
    signals.emit("SIGINT");
    signals.emit("SIGINT");
    expect(await ended).toBe(0);
  });
});
