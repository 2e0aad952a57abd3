import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { hiddenLine } from "./hidden-line.ts";

const never = new AbortController().signal;

describe("a line that is not shown", () => {
  it.each<[string, readonly string[], string | undefined]>([
    ["all keys until Enter", ["s", "3", "é", "\r"], "s3é"],
    ["what was pasted", ["sec ret\n"], "sec ret"],
    ["without what Backspace took back", ["ab\u007f", "c\r"], "ac"],
    ["from the start again after Ctrl-U", ["wrong\u0015right\r"], "right"],
    ["nothing of a text with several lines", ["line 1\nline 2\n"], undefined],
  ])("gives %s", async (_, keys, line) => {
    const terminal = new Terminal();
    const read = hiddenLine(terminal, () => undefined, never);
    expect(terminal.raw).toBe(true);
    for (const key of keys) for (const byte of chunks(key)) terminal.emit("data", byte);
    expect(await read).toBe(line);
    expect([terminal.raw, terminal.listenerCount("data")]).toEqual([false, 0]);
  });

  it("can be left by Ctrl-C, which is no signal of the terminal's then", async () => {
    const terminal = new Terminal();
    const stop = new AbortController();
    const read = hiddenLine(terminal, (signal) => stop.abort(new Error(signal)), stop.signal);
    terminal.emit("data", Buffer.from("abc\u0003"));
    await expect(read).rejects.toThrow("SIGINT");
    expect([terminal.raw, terminal.listenerCount("data")]).toEqual([false, 0]);
  });
});

/** One byte after the other for a single character, else as it is pasted. */
function chunks(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  return text.length === 1 ? Array.from(bytes, (byte) => Buffer.from([byte])) : [bytes];
}

class Terminal extends EventEmitter {
  raw = false;
  setRawMode(raw: boolean): this {
    this.raw = raw;
    return this;
  }
  resume(): this {
    return this;
  }
  pause(): this {
    return this;
  }
}
