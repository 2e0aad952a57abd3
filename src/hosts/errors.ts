import type { ErrorRecord } from "../errors/cozy-error.ts";

export const hostErrors = {
  "backup-failed": { fault: "outside", title: "The database could not be backed up" },
  "port-taken": { fault: "yours", title: "Another program holds the port" },
} as const satisfies Record<string, ErrorRecord>;
