import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { hostMemory } from "./host-memory.ts";

describe.skipIf(process.platform !== "linux")("the memory of this machine", () => {
  it("is no more than the system says", async () => {
    const text = await readFile("/proc/meminfo", "utf8");
    const bytesOf = (name: string): number => Number(new RegExp(`${name}: +(\\d+)`).exec(text)?.[1]) * 1024;
    const { totalBytes, availableBytes } = hostMemory() ?? { totalBytes: 0, availableBytes: 0 };
    expect(totalBytes).toBeGreaterThan(0);
    expect(totalBytes).toBeLessThanOrEqual(bytesOf("MemTotal"));
    expect(availableBytes).toBeGreaterThan(0);
    expect(availableBytes).toBeLessThanOrEqual(totalBytes);
    expect(availableBytes).toBeLessThanOrEqual(bytesOf("MemAvailable") * 1.2);
  });

  it("is not told where what is free can't be", () => {
    expect(hostMemory("darwin")).toBeUndefined();
  });
});
