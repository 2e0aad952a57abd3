import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mayBeLeftOut } from "../../test/support/may-be-left-out.ts";
import { exclusiveLock } from "./exclusive-lock.ts";

const canMount = process.platform === "linux" && process.getuid?.() === 0;

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-lock-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("an exclusive lock", () => {
  it("is had by one at a time", async () => {
    const path = join(folder, "lock");
    const first = await exclusiveLock(path, 0);
    expect(await exclusiveLock(path, 20)).toBeUndefined();
    first?.release();
    const second = await exclusiveLock(path, 0);
    expect(second).toBeDefined();
    second?.release();
    expect(await readdir(folder)).toEqual(["lock"]);
  });

  it.skipIf(mayBeLeftOut(!canMount))(
    "takes no room, so that it can be had on a full disk (a small tmpfs; needs root on Linux)",
    async () => {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]);
      try {
        await expect(writeFile(join(folder, "filler"), Buffer.alloc(100_000))).rejects.toThrow("ENOSPC");
        const lock = await exclusiveLock(join(folder, "lock"), 0);
        expect(lock).toBeDefined();
        expect(await exclusiveLock(join(folder, "lock"), 0)).toBeUndefined();
        lock?.release();
      } finally {
        execFileSync("umount", [folder]);
      }
    },
  );
});
