import type { ErrorRecord } from "../errors/cozy-error.ts";

export const labErrors = {
  "lab-not-carried": { fault: "yours", title: "A lab does not run on this machine" },
  "lab-programs-missing": { fault: "yours", title: "Programs that a lab needs are not installed" },
  "lab-image-failed": { fault: "outside", title: "The hosts' image could not be built" },
  "lab-boot-failed": { fault: "outside", title: "A host of the lab did not boot" },
  "lab-program-failed": { fault: "outside", title: "A program that the lab is made with failed" },
  "lab-there-already": { fault: "yours", title: "There is a lab of this name" },
  "lab-being-made": { fault: "yours", title: "The lab is being made" },
  "lab-of-another-version": { fault: "yours", title: "The lab was made by another version of cozy" },
  "lab-not-there": { fault: "yours", title: "There is no lab of this name" },
  "lab-host-unknown": { fault: "yours", title: "The lab has no such host" },
  "lab-host-off": { fault: "yours", title: "The host is off" },
  "lab-no-network-free": { fault: "yours", title: "No network is free for another lab" },
} as const satisfies Record<string, ErrorRecord>;
