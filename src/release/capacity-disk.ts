import type { HostState } from "../hosts/host.ts";
import { sizeText } from "../shared/size-text.ts";
import { nextTime, type CapacityFinding } from "./capacity-finding.ts";

/** What is laid on a host's disk, in bytes. */
export interface DiskWants {
  /** The artifact's own files; not known before it is built, unless an earlier one tells. */
  readonly artifactBytes: number | undefined;
  /** Packages and runtime, as far as the host is known to lack them. */
  readonly besideBytes: number;
}

/**
 * Whether a host's disk takes the artifact and what comes with it. Files that a release before has already are linked and take nothing;
 * a disk without room for a whole artifact is too full all the same. Pure.
 */
export function diskFinding(
  { host, freeBytes, releases }: Pick<HostState, "host" | "freeBytes" | "releases">,
  { artifactBytes, besideBytes }: DiskWants,
): CapacityFinding {
  const finding = { subject: "disk", host } as const;
  const free = `${sizeText(freeBytes)} free`;
  const looked = freeBytes > 0 || releases.length > 0;
  if (artifactBytes === undefined || !looked) {
    return {
      ...finding,
      verdict: "not-known",
      text: looked
        ? `no artifact is here to tell by (${free} on ${host})`
        : `${host} has no folder of cozy's yet`,
      advice: nextTime,
    };
  }
  const what =
    besideBytes === 0 ? "the artifact takes" : "the artifact and the packages and runtime that it needs take";
  const takes = `${what} up to ${sizeText(artifactBytes + besideBytes)}`;
  if (freeBytes <= artifactBytes + besideBytes) {
    return {
      ...finding,
      verdict: "not-enough",
      text: `${host}: the disk is too full: ${takes}, with ${free}.`,
      advice:
        "Remove what is not needed there, keep fewer releases (`keep: { releases: … }`), or enlarge the disk.",
    };
  }
  const text = `${host}: ${takes}, with ${free}.`;
  return { ...finding, verdict: "enough", text, advice: "" };
}
