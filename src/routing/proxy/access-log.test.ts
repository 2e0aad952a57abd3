import { mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AccessLine } from "../access-line.ts";
import { AccessLog } from "./access-log.ts";
import { accessText } from "./access-text.ts";

let folder: string;
let file: string;
const notes: string[] = [];
const note = (_: string, message: string) => void notes.push(message);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cl-"));
  file = join(folder, "access.log");
  notes.length = 0;
});
afterEach(async () => rm(folder, { recursive: true }));

describe("the access log", () => {
  it("writes what waits within 200 ms, and the rest when it is closed", async () => {
    const log = new AccessLog({ file, maxBytes: 1000, keep: 2 }, note);
    log.write("one\n");
    await setTimeout(300);
    expect(await readFile(file, "utf8")).toBe("one\n");
    log.write("two\n");
    log.close();
    expect(await readFile(file, "utf8")).toBe("one\ntwo\n");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it("begins a new file at its size and keeps the last ones", async () => {
    const log = new AccessLog({ file, maxBytes: 10, keep: 2 }, note);
    for (let nth = 0; nth < 5; nth++) {
      log.write(`line ${nth}\n`);
      log.flush();
    }
    log.close();
    expect((await readdir(folder)).sort()).toEqual(["access.log", "access.log.1", "access.log.2"]);
    expect(await readFile(file, "utf8")).toBe("line 4\n");
    expect(await readFile(`${file}.2`, "utf8")).toBe("line 2\n");
  });

  it("follows when the file was moved away, and leaves that to others once it is replaced", async () => {
    const [old, next] = [1, 2].map(() => new AccessLog({ file, maxBytes: 10, keep: 3 }, note));
    old?.leaveRotation();
    for (const [log, text] of [
      [old, "a".repeat(20)],
      [old, "b"],
      [next, "c"],
      [old, "d"],
    ] as const) {
      log?.write(`${text}\n`);
      log?.flush();
    }
    expect(await readFile(file, "utf8")).toBe("c\nd\n");
    await rename(file, join(folder, "elsewhere"));
    old?.write("e\n");
    old?.close();
    next?.close();
    expect(await readFile(file, "utf8")).toBe("e\n");
  });

  it("loses lines and nothing else when it can't write", () => {
    const log = new AccessLog({ file: join(folder, "none", "access.log"), maxBytes: 10, keep: 1 }, note);
    for (let nth = 0; nth < 3; nth++) {
      log.write("line\n");
      log.flush();
    }
    expect(log.lost).toBe(3);
    expect(notes).toHaveLength(1);
  });
});

describe("a line", () => {
  it("is JSON whatever a client says, and says the same", () => {
    const someLine: fc.Arbitrary<AccessLine> = fc.record(
      {
        format: fc.constant(1 as const),
        time: fc.constant("2026-11-24T10:11:12.131Z"),
        method: fc.constantFrom("GET", "POST"),
        path: fc.string({ unit: "binary" }),
        query: fc.boolean(),
        status: fc.integer({ min: 100, max: 599 }),
        ms: fc.integer({ min: 0, max: 100_000 }),
        upstreamMs: fc.integer({ min: 0, max: 100_000 }),
        bytes: fc.nat(),
        bucket: fc.constantFrom("00", "42"),
        table: fc.nat(),
        release: fc.constant("r1"),
        instance: fc.constant("web.0"),
        address: fc.constant("127.0.0.1"),
        id: fc.constant("id-12345"),
        agent: fc.string({ unit: "grapheme" }),
        tries: fc.integer({ min: 2, max: 5 }),
        stream: fc.constantFrom("websocket" as const, "event-stream" as const),
        probe: fc.constant(true as const),
        aborted: fc.constant(true as const),
        error: fc.string(),
      },
      {
        requiredKeys: [
          "format",
          "time",
          "method",
          "path",
          "query",
          "status",
          "ms",
          "bytes",
          "address",
          "id",
          "agent",
        ],
      },
    );
    fc.assert(
      fc.property(someLine, (line) => {
        const text = accessText(line);
        expect(text.endsWith("}\n")).toBe(true);
        expect(text.indexOf("\n")).toBe(text.length - 1);
        expect(JSON.parse(text)).toEqual({ ...line });
      }),
    );
  });
});
