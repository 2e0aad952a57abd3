import type { ErrorRecord } from "../errors/cozy-error.ts";

export const setupErrors = {
  "setup-needs-root": { fault: "yours", title: "Who sets hosts up has no root rights there" },
  "setup-not-for-this-host": { fault: "yours", title: "The host is of a kind that cozy does not set up" },
  "setup-failed": { fault: "outside", title: "A host could not be set up" },
  "setup-address-unknown": { fault: "yours", title: "The first server's IP address is not known" },
  "setup-lacks-process": { fault: "yours", title: "A server is not set up for a process type" },
  "setup-locked-out": { fault: "outside", title: "The new firewall was taken back" },
  "nothing-to-set-up": { fault: "yours", title: "The environment has no servers" },
} as const satisfies Record<string, ErrorRecord>;
