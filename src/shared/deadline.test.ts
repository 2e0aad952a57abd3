import { describe, expect, it } from "vitest";
import { CozyError } from "../errors/cozy-error.ts";
import { withDeadline } from "./deadline.ts";
import { durationText, momentText } from "./duration.ts";

const never = new AbortController().signal;
const untilAborted = (signal: AbortSignal, say = (): unknown => signal.reason) =>
  new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(say())));

describe("withDeadline", () => {
  it("gives what the action gives, and leaves no timer behind", async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const before = timers();
    expect(await withDeadline(never, 2 ** 40, "it", async () => 7)).toBe(7);
    expect(timers()).toBe(before);
  });

  it("says what did not end, and within how long, whatever the action threw on its way out", async () => {
    const late = withDeadline(never, 20, "The upload", (signal) =>
      untilAborted(signal, () => new Error("socket closed")),
    );
    await expect(late).rejects.toMatchObject({
      code: "deadline-passed",
      message: "The upload did not end within 20 ms.",
      details: ["socket closed"],
    });
  });

  it("leaves an action behind that does not heed its signal", async () => {
    const deaf = withDeadline(never, 10, "It", () => new Promise(() => {}), { graceMs: 20 });
    await expect(deaf).rejects.toMatchObject({ code: "deadline-passed" });
  });

  it("aborts with the caller's own reason, and begins nothing where that has come already", async () => {
    const caller = new AbortController();
    const reason = new CozyError("interrupted", { message: "stop" });
    const running = withDeadline(caller.signal, 5_000, "It", (signal) => untilAborted(signal));
    caller.abort(reason);
    await expect(running).rejects.toBe(reason);
    let begun = false;
    await expect(withDeadline(caller.signal, 5_000, "It", async () => (begun = true))).rejects.toBe(reason);
    expect(begun).toBe(false);
  });

  it("passes on what the action itself fails with", async () => {
    const failing = withDeadline(never, 5_000, "It", () => Promise.reject(new Error("broke")));
    await expect(failing).rejects.toThrow("broke");
  });
});

describe("durationText", () => {
  it.each([
    [0, "0 ms"],
    [999, "999 ms"],
    [1_000, "1 s"],
    [1_450, "1.4 s"],
    [9_960, "10 s"],
    [61_000, "1 min 1 s"],
    [59_600, "1 min"],
    [3_600_000, "1 h"],
    [3_599_900, "1 h"],
    [11_400_000, "3 h 10 min"],
  ])("says %i ms as %s", (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  it("says a moment with its zone", () => {
    expect(momentText(Date.UTC(2026, 10, 24, 13, 5, 9))).toBe("2026-11-24 13:05:09 UTC");
  });
});
