import type { ErrorRecord } from "../errors/cozy-error.ts";

export const databaseErrors = {
  "no-database": { fault: "yours", title: "There is no database to open" },
  "database-address-unknown": {
    fault: "yours",
    title: "The database's address is of a kind that cozy does not know",
  },
  "database-shell-missing": { fault: "yours", title: "The database's own shell is not installed" },
  "statement-failed": { fault: "yours", title: "The database refused a statement" },
} as const satisfies Record<string, ErrorRecord>;
