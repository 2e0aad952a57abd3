import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fillDisk } from "../support/fill-disk.ts";
import { mayBeLeftOut } from "../support/may-be-left-out.ts";
import { startLoad } from "../../src/routing/testing/load.ts";
import { createSandbox, served, type Sandbox } from "../support/sandbox.ts";
import { betweenRequestsMs } from "../support/soak.ts";

const run = promisify(execFile);
const canMount = process.platform === "linux" && process.getuid?.() === 0;

describe.skipIf(mayBeLeftOut(!canMount))("a full disk (a small tmpfs; needs root on Linux)", () => {
  let home: string;
  let sandbox: Sandbox;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "cozy-disk-"));
    await run("mount", ["-t", "tmpfs", "-o", "size=400m", "tmpfs", home]);
    sandbox = await createSandbox({ home });
    await sandbox.ok(["deploy", "staging"]);
  });
  afterAll(async () => {
    await sandbox.dispose();
    await run("umount", ["-l", home]);
    await rm(home, { recursive: true, force: true });
  });

  it.each([0, 40, 400])(
    "with %i kB left: refused in clear words, nothing lost, and well again once there is room",
    async (leftKb) => {
      const before = await served(sandbox.url);
      await sandbox.commit({ "version.txt": `v${leftKb}\n`, "ballast.txt": "x".repeat(2_000_000) });
      await fillDisk(join(home, "filler"), home, leftKb * 1024);
      const load = startLoad({ url: `${sandbox.url}/`, connections: 4, pauseMs: betweenRequestsMs });
      const { code, stderr } = await sandbox.cozy(["deploy", "staging"]);
      const { failed } = await load.stop();
      expect(code).not.toBe(0);
      expect(code).not.toBe(70);
      expect(stderr).toMatch(/no space|disk is full|full/i);
      expect(failed).toBe(0);
      expect((await served(sandbox.url)).release).toBe(before.release);

      await rm(join(home, "filler"));
      const left = await sandbox.cozy(["abort", "staging"]);
      expect([0, 2]).toContain(left.code);
      await sandbox.ok(["deploy", "staging"]);
      expect((await served(sandbox.url)).version).toBe(`v${leftKb}`);
    },
  );
});
