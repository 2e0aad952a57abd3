import type { HostState } from "../hosts/host.ts";
import { sizeText } from "../shared/size-text.ts";
import { nextTime, type CapacityFinding } from "./capacity-finding.ts";

/**
 * Whether a host's disk takes the artifact. Files that a release before has already are linked and take nothing; a disk without room
 * for a whole artifact is too full all the same. Pure.
 */
export function diskFinding(
  { host, freeBytes, releases }: Pick<HostState, "host" | "freeBytes" | "releases">,
  artifactBytes: number | undefined,
): CapacityFinding {
  const finding = { subject: "disk", host } as const;
  const free = `${sizeText(freeBytes)} free`;
  const looked = freeBytes > 0 || releases.length > 0;
  if (artifactBytes === undefined || !looked) {
    return {
      ...finding,
      verdict: "not-known",
      text: looked
        ? `no artifact was built before (${free} on ${host})`
        : `${host} has no folder of cozy's yet`,
      advice: nextTime,
    };
  }
  if (freeBytes <= artifactBytes) {
    return {
      ...finding,
      verdict: "not-enough",
      text: `${host}: the disk is too full: the artifact takes up to ${sizeText(artifactBytes)}, with ${free}.`,
      advice:
        "Remove what is not needed there, keep fewer releases (`keep: { releases: … }`), or enlarge the disk.",
    };
  }
  const text = `${host}: the artifact takes up to ${sizeText(artifactBytes)}, with ${free}.`;
  return { ...finding, verdict: "enough", text, advice: "" };
}
