import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { InstanceSpec } from "../../instances/instance.ts";
import { logStart, noteLogStarts } from "./log-starts.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "cozy-starts-"))));
afterEach(async () => rm(folder, { recursive: true, force: true }));

function spec(type: string): InstanceSpec {
  return {
    id: { release: "r1", type, index: 0 },
    command: [],
    folder,
    environmentFile: "",
    variables: {},
    socket: undefined,
    logFile: join(folder, `${type}.0.log`),
    stopSignal: "SIGTERM",
    stopTimeoutMs: 0,
    limits: { memoryBytes: undefined, openFiles: undefined },
  };
}

describe("noteLogStarts", () => {
  it("notes where each log ends, and keeps the note of those that run", async () => {
    await writeFile(join(folder, "worker.0.log"), "an earlier life\n");
    await noteLogStarts(folder, [spec("worker"), spec("web")], () => false);
    expect(await logStart(folder, "worker.0")).toBe(16);
    expect(await logStart(folder, "web.0")).toBe(0);
    await writeFile(join(folder, "worker.0.log"), "an earlier life\nand a later one\n");
    await noteLogStarts(folder, [spec("worker")], () => true);
    expect(await logStart(folder, "worker.0")).toBe(16);
    await noteLogStarts(folder, [spec("worker")], () => false);
    expect(await logStart(folder, "worker.0")).toBe(32);
    expect(await logStart(folder, "scheduler.0")).toBe(0);
  });
});
