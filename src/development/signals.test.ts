import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { listenForEnd } from "./signals.ts";

describe("listenForEnd", () => {
  it("takes the first for a wish to end, and a second one for one to end at once", () => {
    const source = new EventEmitter();
    let now = 0;
    const asked = listenForEnd(source, () => now);
    source.emit("SIGTERM");
    expect([asked.gently.aborted, asked.gently.reason, asked.atOnce.aborted]).toEqual([
      true,
      "SIGTERM",
      false,
    ]);
    now = 1_000;
    source.emit("SIGINT");
    expect(asked.atOnce.aborted).toBe(true);
  });

  it("takes a Ctrl-C that comes twice, from the terminal and from npm, for one", () => {
    const source = new EventEmitter();
    let now = 0;
    const asked = listenForEnd(source, () => now);
    source.emit("SIGINT");
    now = 20;
    source.emit("SIGINT");
    expect(asked.atOnce.aborted).toBe(false);
  });

  it("hears nothing once it has stopped", () => {
    const source = new EventEmitter();
    const asked = listenForEnd(source, () => 0);
    asked.stopListening();
    source.emit("SIGINT");
    expect(asked.gently.aborted).toBe(false);
    expect(source.listenerCount("SIGINT")).toBe(0);
  });
});
