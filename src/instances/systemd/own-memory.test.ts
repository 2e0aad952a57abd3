import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { ownMemory } from "./own-memory.ts";

it("leaves out what the kernel keeps of files, and is what systemd says where that is not told", async () => {
  const groups = mkdtempSync(join(tmpdir(), "cozy-cgroup-"));
  onTestFinished(() => rmSync(groups, { recursive: true }));
  const controlGroup = String.raw`/cozy.slice/cozy-app\x2dproduction.slice/app-production-web@r1.0.service`;
  mkdirSync(join(groups, controlGroup), { recursive: true });
  const stat =
    "anon 50\nfile 970\nshmem 20\ninactive_anon 70\nactive_anon 0\ninactive_file 900\nactive_file 50\n";
  writeFileSync(join(groups, controlGroup, "memory.stat"), stat);
  expect(await ownMemory({ memoryBytes: 1_020, controlGroup }, groups)).toBe(70);
  expect(await ownMemory({ memoryBytes: 900, controlGroup }, groups)).toBe(0);
  expect(await ownMemory({ memoryBytes: 900, controlGroup: "/gone.service" }, groups)).toBe(900);
  expect(await ownMemory({ memoryBytes: 900, controlGroup: undefined }, groups)).toBe(900);
  expect(await ownMemory({ memoryBytes: undefined, controlGroup }, groups)).toBeUndefined();
});
