import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { thisPlatform } from "../../artifacts/platform.ts";
import { platformIn, platformScript } from "./host-platform.ts";

describe("what a host is", () => {
  it("is told in Node's words", () => {
    expect(platformIn("Linux\nx86_64\n")).toEqual({ os: "linux", arch: "x64", libc: "glibc" });
    expect(platformIn("Linux\naarch64\n")).toEqual({ os: "linux", arch: "arm64", libc: "glibc" });
    expect(platformIn("Linux\nx86_64\n/lib/ld-musl-x86_64.so.1\n")).toMatchObject({ libc: "musl" });
  });

  it("is nothing where no Node is published for it", () => {
    for (const said of ["", "FreeBSD\namd64\n", "Linux\ni686\n"]) expect(platformIn(said)).toBeUndefined();
  });

  it.runIf(process.platform === "linux")("is of this machine what Node says of it", () => {
    const said = execFileSync("/bin/sh", ["-c", platformScript], { encoding: "utf8" });
    expect(platformIn(said)).toEqual(thisPlatform());
  });
});
