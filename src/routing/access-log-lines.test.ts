import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { linesBackTo, logBegin } from "./access-log-lines.ts";
import { accessText } from "./proxy/access-text.ts";

const start = Date.parse("2026-11-24T12:00:00.000Z");
const never = new AbortController().signal;
let folder = "";
let file = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-log-"));
  file = join(folder, "access.log");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function text(atMs: number, ms = 0): string {
  return accessText({
    format: 1,
    time: new Date(start + atMs).toISOString(),
    method: "GET",
    path: "/",
    query: false,
    status: 200,
    ms,
    bytes: 1,
    address: "192.0.2.1",
    id: "x",
    agent: "tester",
  });
}

async function unreadable(fromMs: number): Promise<number> {
  return linesBackTo(file, start + fromMs, never, () => undefined);
}

describe("the lines of the access log", () => {
  it("that can't be read are counted where they are of the span", async () => {
    const torn = `${text(0).slice(0, 40)}\n`;
    await writeFile(`${file}.1`, `${torn}${text(10_000)}${torn}${torn}`);
    await writeFile(file, `${text(20_000)}${torn}${text(30_000)}${torn}{"format":1,"ti`);
    // The one before ten seconds, two before the log was moved on, and two in the newest; not the one that is being written.
    expect(await unreadable(0)).toBe(5);
    expect(await unreadable(10_001)).toBe(4);
    expect(await unreadable(20_001)).toBe(2);
    expect(await unreadable(30_001)).toBe(1);
  });

  it("tell since when there are any: the end of the oldest answer", async () => {
    expect(await logBegin(file)).toBeUndefined();
    await writeFile(file, "");
    expect(await logBegin(file)).toBeUndefined();
    await appendFile(file, text(20_000, 500));
    expect(await logBegin(file)).toBe(start + 20_500);
    await writeFile(`${file}.1`, `torn\n${text(10_000)}${text(11_000)}`);
    await writeFile(`${file}.10`, text(1_000));
    expect(await logBegin(file)).toBe(start + 1_000);
  });
});
