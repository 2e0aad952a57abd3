import type { ErrorRecord } from "../errors/cozy-error.ts";

export const hostErrors = {
  "platform-not-carried": { fault: "yours", title: "Releases do not run on this system" },
  "maintenance-failed": { fault: "outside", title: "A site could not be closed or opened on all hosts" },
  "port-taken": { fault: "yours", title: "Another program holds the port" },
} as const satisfies Record<string, ErrorRecord>;
