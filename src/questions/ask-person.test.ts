import { EventEmitter } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { questionShelf } from "./question-shelf.ts";
import { askPerson, keysOf, questionText } from "./ask-person.ts";
import { terminalKeys } from "./key-presses.ts";
import { openQuestions, writeAnswer } from "./question-files.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-questions-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const question = {
  name: "pause",
  release: "r2",
  text: "Next comes `migrate`.",
  choices: [
    { word: "go-on", text: "go on" },
    { word: "go-back", text: "go back" },
  ],
};

let clock = 1_000;
const parts = () => ({
  questions: questionShelf(folder),
  now: () => (clock += 1),
  who: async () => "deployer on laptop",
  keys: undefined,
});

async function open() {
  for (;;) {
    const [found] = await openQuestions(folder);
    if (found) return found;
    await new Promise((resolve) => void setTimeout(resolve, 5));
  }
}

describe("a question", () => {
  it("is answered from elsewhere, and is gone then", async () => {
    const asked = askPerson(parts()).ask(question, new AbortController().signal);
    const found = await open();
    expect(found).toMatchObject(question);
    await writeAnswer(folder, found, { choice: "go-back", who: "colleague on desk" });
    expect(await asked).toEqual({ choice: "go-back", who: "colleague on desk" });
    expect(await readdir(folder)).toEqual([]);
  });

  it("is not answered by what was said to the same one before", async () => {
    const stop = new AbortController();
    const first = askPerson(parts()).ask(question, stop.signal);
    const old = await open();
    stop.abort(new Error("the deployer is gone"));
    await expect(first).rejects.toThrow("the deployer is gone");
    const again = askPerson(parts()).ask(question, new AbortController().signal);
    const now = await open();
    await writeAnswer(folder, old, { choice: "go-on", who: "someone on before" });
    const early = await Promise.race([
      again,
      new Promise((resolve) => void setTimeout(resolve, 700, "still waits")),
    ]);
    expect(early).toBe("still waits");
    await writeAnswer(folder, now, { choice: "go-back", who: "someone on after" });
    expect(await again).toEqual({ choice: "go-back", who: "someone on after" });
  });

  it("is answered by a key, and leaves the terminal as it was", async () => {
    const stdin = new Terminal();
    const keys = terminalKeys(stdin, () => undefined);
    const asked = askPerson({ ...parts(), keys }).ask(question, new AbortController().signal);
    await open();
    expect(stdin.raw).toBe(true);
    stdin.emit("data", Buffer.from("x"));
    stdin.emit("data", Buffer.from("O"));
    expect(await asked).toEqual({ choice: "go-back", who: "deployer on laptop" });
    expect([stdin.raw, stdin.listenerCount("data")]).toEqual([false, 0]);
  });

  it("can be left by Ctrl-C, which is no signal of the terminal's then", async () => {
    const stdin = new Terminal();
    const stop = new AbortController();
    const raised: string[] = [];
    const keys = terminalKeys(stdin, (signal) => {
      raised.push(signal);
      stop.abort(new Error("interrupted"));
    });
    const asked = askPerson({ ...parts(), keys }).ask(question, stop.signal);
    const ended = asked.catch((error: unknown) => error);
    await open();
    stdin.emit("data", Buffer.from("\u0003"));
    expect(await ended).toEqual(new Error("interrupted"));
    expect(raised).toEqual(["SIGINT"]);
    expect(stdin.raw).toBe(false);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("the keys of the choices", () => {
  it("are letters of their words, no two alike", () => {
    expect(keysOf(question.choices).map(({ key }) => key)).toEqual(["g", "o"]);
  });

  it("stand in the question only where somebody can press them", () => {
    expect(questionText(question, "staging", true)).toBe(
      "Next comes `migrate`. Press g to go on, o to go back; or from elsewhere: `cozy answer staging <go-on, go-back>`.",
    );
    expect(questionText(question, "staging", false)).toBe(
      "Next comes `migrate`. Waits for `cozy answer staging <go-on, go-back>`.",
    );
  });
});

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
