import { hasStrings, isFields } from "./kept-file.ts";

/** What compiled code depends on; part of every artifact's key. */
export interface Platform {
  readonly os: string;
  readonly arch: string;
  readonly libc: "glibc" | "musl" | "none";
}

let known: Platform | undefined;

/** The platform of this process. It can't change while the process lives, so it is looked up once. */
export function thisPlatform(): Platform {
  known ??= { os: process.platform, arch: process.arch, libc: libcOf() };
  return known;
}

export function platformName({ os, arch, libc }: Platform): string {
  return libc === "none" ? `${os}-${arch}` : `${os}-${arch}-${libc}`;
}

function libcOf(): Platform["libc"] {
  if (process.platform !== "linux") return "none";
  // Without this the report looks up the name of every connection's other end.
  Object.assign(process.report, { excludeNetwork: true });
  const report: unknown = process.report.getReport();
  return isFields(report) && hasStrings(report["header"], "glibcVersionRuntime") ? "glibc" : "musl";
}
