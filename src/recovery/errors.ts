import type { ErrorRecord } from "../errors/cozy-error.ts";

export const recoveryErrors = {
  "backup-failed": { fault: "outside", title: "The database could not be backed up" },
  "backup-damaged": { fault: "outside", title: "A backup is damaged" },
  "backup-store-missing": { fault: "outside", title: "The store of the backups is not there" },
  "backup-under-way": { fault: "yours", title: "Another backup is being made" },
  "backups-not-carried": { fault: "yours", title: "This version makes no backups of the database" },
  "nothing-to-back-up": { fault: "yours", title: "There is nothing to back up" },
} as const satisfies Record<string, ErrorRecord>;
