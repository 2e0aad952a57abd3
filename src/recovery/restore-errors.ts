import type { ErrorRecord } from "../errors/cozy-error.ts";

export const restoreErrors = {
  "no-backup": { fault: "yours", title: "There is no backup to restore" },
  "unknown-backup": { fault: "yours", title: "There is no such backup" },
  "restore-not-confirmed": { fault: "yours", title: "Nobody has confirmed what a restore would cost" },
  "restored-data-unfit": { fault: "yours", title: "The release does not run on the restored data" },
  "database-in-use": { fault: "outside", title: "Something still has the database open" },
  "restore-failed": { fault: "outside", title: "The restored database could not be put in place" },
} as const satisfies Record<string, ErrorRecord>;
