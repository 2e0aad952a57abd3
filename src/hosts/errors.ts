import type { ErrorRecord } from "../errors/cozy-error.ts";

export const hostErrors = {
  "backup-failed": { fault: "outside", title: "The database could not be backed up" },
  "platform-not-carried": { fault: "yours", title: "Releases do not run on this system" },
  "port-taken": { fault: "yours", title: "Another program holds the port" },
} as const satisfies Record<string, ErrorRecord>;
