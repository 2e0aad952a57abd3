import { describe, expect, it } from "vitest";
import { cgroupRootIn } from "./cgroup.ts";

describe("cgroupRootIn", () => {
  it("is where v2 is mounted, alone or beside v1", () => {
    const alone = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
    const beside = `31 23 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
32 23 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n`;
    expect(cgroupRootIn(alone)).toBe("/sys/fs/cgroup");
    expect(cgroupRootIn(beside)).toBe("/sys/fs/cgroup/unified");
  });

  it("is nowhere on a machine with v1 alone", () => {
    expect(cgroupRootIn("31 23 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n")).toBeUndefined();
  });
});
