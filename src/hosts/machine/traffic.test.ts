import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { accessText } from "../../routing/proxy/access-text.ts";
import { readTraffic, readTrafficBefore } from "./traffic.ts";

const start = Date.parse("2026-11-24T12:00:00.000Z");
const never = new AbortController().signal;
let folder = "";
let file = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-traffic-"));
  file = join(folder, "access.log");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function text(atMs: number, path = "/"): string {
  return accessText({
    format: 1,
    time: new Date(start + atMs).toISOString(),
    method: "GET",
    path,
    query: false,
    status: 200,
    ms: 0,
    upstreamMs: 0,
    bytes: 1,
    bucket: "01",
    release: "new",
    instance: "web.0",
    address: "192.0.2.1",
    id: "x",
    agent: "tester",
  });
}

/** Lines of these milliseconds, one each. */
const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, nth) => text(from + nth)).join("");

async function count(fromMs: number, toMs: number): Promise<number> {
  const { ticks } = await readTraffic(
    file,
    {
      canary: "new",
      stable: ["old"],
      from: start + fromMs,
      to: start + toMs,
      tickMs: 1_000,
      slowMs: undefined,
      slowFrom: 0,
    },
    never,
  );
  return ticks.reduce((sum, { canary }) => sum + canary.requests, 0);
}

describe("reading the access log", () => {
  it("finds nothing where there is no log, and in an empty one", async () => {
    expect(await count(0, 1_000)).toBe(0);
    await writeFile(file, "");
    expect(await count(0, 1_000)).toBe(0);
  });

  it("counts each whole line of the span once, over parts and rotated files", async () => {
    // Three files of about 1, 0.7 and 0.3 MB: each is read in several parts, and lines lie across their borders.
    await writeFile(`${file}.2`, lines(0, 3_000));
    await writeFile(`${file}.1`, lines(3_000, 5_000));
    await writeFile(file, lines(5_000, 6_000));
    expect(await count(0, 6_000)).toBe(6_000);
    expect(await count(2_000, 4_000)).toBe(2_000);
    expect(await count(5_000, 6_000)).toBe(1_000);
  });

  it("leaves out what is half written, torn or no line of ours, and counts it once it is whole", async () => {
    const half = text(700);
    await writeFile(
      file,
      `${text(100)}${text(200).slice(0, 90)}\n{"format":2}\nnull\n\n${text(300)}${half.slice(0, 60)}`,
    );
    expect(await count(0, 1_000)).toBe(2);
    await appendFile(file, half.slice(60));
    expect(await count(0, 1_000)).toBe(3);
  });

  it("reads a line that is longer than a part", async () => {
    await writeFile(file, `${text(1)}${text(2, `/${"x".repeat(600_000)}`)}${text(3)}`);
    expect(await count(0, 1_000)).toBe(3);
  });

  it("does not mind a log that was cut, or rotated away since", async () => {
    await writeFile(file, lines(0, 500));
    await rename(file, `${file}.1`);
    expect(await count(0, 1_000)).toBe(500);
    await truncate(`${file}.1`, 0);
    expect(await count(0, 1_000)).toBe(0);
  });

  it("is not disturbed by a rotated file of something else, and stops when it is told to", async () => {
    await writeFile(`${file}.1`, "not a line\n".repeat(10));
    await writeFile(file, lines(0, 1_000));
    expect(await count(0, 1_000)).toBe(1_000);
    const request = { stable: ["new"], from: start, to: start + 500, tickMs: 1_000, slowMs: undefined };
    expect((await readTrafficBefore(file, request, never)).requests).toBe(500);
    await expect(readTrafficBefore(file, request, AbortSignal.abort(new Error("enough")))).rejects.toThrow(
      "enough",
    );
  });
});
