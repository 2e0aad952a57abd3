import { describe, expect, it } from "vitest";
import type { Platform } from "../../artifacts/platform.ts";
import { refuseOtherPlatform } from "./refuse-other-platform.ts";

const linux: Platform = { os: "linux", arch: "x64", libc: "glibc" };

describe("an artifact for another platform", () => {
  it.each<Partial<Platform>>([{ arch: "arm64" }, { libc: "musl" }, { os: "darwin", libc: "none" }])(
    "is refused with what would build it: %j",
    (other) => {
      expect(() => refuseOtherPlatform({ ...linux, ...other }, linux)).toThrow(
        expect.objectContaining({
          code: "platform-differs",
          next: expect.stringContaining("builder: host("),
        }),
      );
    },
  );

  it("is none where all is the same", () => {
    expect(() => refuseOtherPlatform({ ...linux }, linux)).not.toThrow();
  });
});
