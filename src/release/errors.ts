import type { ErrorRecord } from "../errors/cozy-error.ts";

export const releaseErrors = {
  "canary-rolled-back": { fault: "yours", title: "The release was rolled back by what its traffic showed" },
  "capacity-lacking": { fault: "yours", title: "There is no room for what is to be started" },
  "hook-failed": { fault: "yours", title: "A hook of the project failed" },
  "hosts-in-trouble": { fault: "outside", title: "Hosts of the environment fail at what they are asked" },
  "hosts-unreachable": { fault: "outside", title: "Hosts of the environment can't be reached" },
  "migration-failed": { fault: "yours", title: "The release's migrations failed" },
  "not-scalable": { fault: "yours", title: "A process type can't have that many instances" },
  "nothing-to-roll-back-to": { fault: "yours", title: "There is no earlier release to go back to" },
  "release-not-proven": { fault: "outside", title: "The release could not be proven to serve" },
  "release-not-ready": { fault: "yours", title: "The release did not get ready" },
  "smoke-failed": { fault: "yours", title: "A smoke check failed" },
  "still-served": { fault: "outside", title: "Instances that have traffic were not ended" },
  "unknown-process-type": { fault: "yours", title: "The release has no such process type" },
  "unknown-release": { fault: "yours", title: "There is no such release" },
} as const satisfies Record<string, ErrorRecord>;
