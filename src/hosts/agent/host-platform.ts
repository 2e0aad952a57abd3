import type { Platform } from "../../artifacts/platform.ts";

/** Says what a host is where nothing of cozy's can run yet: its system, its processor, and the loader of musl where that is its C library. */
export const platformScript = "uname -s; uname -m; ls /lib/ld-musl-* 2>/dev/null || true";

/** What `platformScript` said, in Node's own words; `undefined` for a host that no Node is published for. Pure. */
export function platformIn(said: string): Platform | undefined {
  const [system, processor, loader] = said.trim().split("\n");
  const arch = processors[processor ?? ""];
  if (system !== "Linux" || arch === undefined) return undefined;
  return { os: "linux", arch, libc: loader === undefined ? "glibc" : "musl" };
}

const processors: Readonly<Record<string, string>> = {
  x86_64: "x64",
  aarch64: "arm64",
  ppc64le: "ppc64",
  s390x: "s390x",
};
