import { describe, expect, it } from "vitest";
import type { Platform } from "../artifacts/platform.ts";
import { refuseOtherPlatforms } from "./refuse-platforms.ts";

const intel: Platform = { os: "linux", arch: "x64", libc: "glibc" };
const arm: Platform = { ...intel, arch: "arm64" };
const mac: Platform = { os: "darwin", arch: "arm64", libc: "none" };
const builder = { name: "build", address: "build.example.org", sshPort: 22 };

function on(...platforms: readonly Platform[]) {
  return platforms.map((platform, index) => ({ host: `web-${index + 1}`, platform }));
}

describe("a deploy whose artifact could not run on its hosts", () => {
  it("is refused with who would build for what, and a server that could", () => {
    const request = { target: {}, built: mac, platforms: on(intel, intel) };
    expect(() => refuseOtherPlatforms(request)).toThrow(
      expect.objectContaining({
        code: "platform-differs",
        message:
          "This machine builds for darwin-arm64, and web-1 and web-2 are linux-x64-glibc: what is compiled does not run there.",
        state: "Nothing was built, and nothing was changed.",
        next: expect.stringContaining('builder: host("web-1")'),
      }),
    );
  });

  it("is refused where the declared builder is of another platform", () => {
    const request = { target: { builder }, built: arm, platforms: on(intel) };
    expect(() => refuseOtherPlatforms(request)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/^build is declared to build, and builds for/),
      }),
    );
  });

  it.each([intel, arm])("is refused where the hosts differ among themselves, whoever builds", (built) => {
    const request = { target: { builder }, built, platforms: on(intel, arm, intel) };
    expect(() => refuseOtherPlatforms(request)).toThrow(
      expect.objectContaining({
        message:
          "No artifact runs on all of these servers: web-1 and web-3 are linux-x64-glibc; web-2 is linux-arm64-glibc.",
        next: expect.not.stringContaining("builder"),
      }),
    );
  });

  it("is none where all are the same", () => {
    expect(() =>
      refuseOtherPlatforms({ target: {}, built: intel, platforms: on(intel, intel) }),
    ).not.toThrow();
  });
});
