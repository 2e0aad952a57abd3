import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { rotateWhenLarge } from "./log-rotation.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cozy-log-"));
  file = join(folder, "web.0.log");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("rotateWhenLarge", () => {
  it("leaves a small file and a missing one alone", async () => {
    expect(await rotateWhenLarge(file, { maxBytes: 10, keep: 2 })).toBe(false);
    writeFileSync(file, "0123456789");
    expect(await rotateWhenLarge(file, { maxBytes: 10, keep: 2 })).toBe(false);
    expect(existsSync(`${file}.1`)).toBe(false);
  });

  it("keeps the newest copies, each readable by its user only", async () => {
    for (const text of ["one\n", "two\n", "three\n", "four\n"]) {
      writeFileSync(file, text);
      expect(await rotateWhenLarge(file, { maxBytes: 2, keep: 3 })).toBe(true);
    }
    expect([1, 2, 3].map((number) => readFileSync(`${file}.${number}`, "utf8"))).toEqual([
      "four\n",
      "three\n",
      "two\n",
    ]);
    expect(existsSync(`${file}.4`)).toBe(false);
    expect(statSync(`${file}.1`).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).toBe("");
  });

  it("keeps an unfinished line whole, in the file that its end goes to", async () => {
    const writer = openSync(file, "a");
    writeSync(writer, "first\nsecond\nhalf of ");
    await rotateWhenLarge(file, { maxBytes: 5, keep: 2 });
    writeSync(writer, "the third\n");
    closeSync(writer);
    expect(readFileSync(`${file}.1`, "utf8")).toBe("first\nsecond\n");
    expect(readFileSync(file, "utf8")).toBe("half of the third\n");
  });

  it("leaves the file as it was when there is no room for a copy", async () => {
    writeFileSync(file, "some lines\n");
    mkdirSync(`${file}.next`);
    await expect(rotateWhenLarge(file, { maxBytes: 5, keep: 2 })).rejects.toThrow("EISDIR");
    expect(readFileSync(file, "utf8")).toBe("some lines\n");
  });

  it("tears no line of a program that goes on writing", async () => {
    const log = openSync(file, "a");
    const lines = 20_000;
    const program = `const { writeSync } = require("node:fs");
      for (let number = 1; number <= ${lines}; number += 1) {
        writeSync(1, "line " + number + " " + "x".repeat(number % 90) + "\\n");
        if (number % 50 === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      }`;
    const writer = spawn(process.execPath, ["-e", program], { stdio: ["ignore", log, "inherit"] });
    closeSync(log);
    const ended = once(writer, "exit");
    let rotations = 0;
    while (writer.exitCode === null) {
      if (await rotateWhenLarge(file, { maxBytes: 100_000, keep: 50 })) rotations += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await ended;
    const files = Array.from({ length: rotations }, (_, index) => `${file}.${rotations - index}`);
    const seen = [...files, file].flatMap((each) => readFileSync(each, "utf8").split("\n").filter(Boolean));
    const torn = seen.filter((line) => {
      const [, number, rest = ""] = /^line (\d+) (x*)$/u.exec(line) ?? [];
      return number === undefined || rest.length !== Number(number) % 90;
    });
    expect(torn).toEqual([]);
    expect(rotations).toBeGreaterThan(1);
    // What falls between the last look and the emptying is lost: microseconds, or some bursts of 50 where the core is another's just then.
    expect(seen.length).toBeGreaterThanOrEqual(lines - rotations * 4 * 50);
  });
});
