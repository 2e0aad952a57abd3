import type { ErrorRecord } from "../errors/cozy-error.ts";

export const engineErrors = {
  "deadline-passed": { fault: "outside", title: "Something took longer than it may" },
  "unknown-operation": { fault: "yours", title: "The plan holds an operation that this cozy does not know" },
  "operation-failed": { fault: "outside", title: "An operation of the plan failed" },
  "undo-incomplete": { fault: "outside", title: "Not everything could be taken back" },
  "already-committed": {
    fault: "yours",
    title: "The release is in force already, so its plan can't be aborted",
  },
  "journal-ended": { fault: "yours", title: "There is nothing to go on with" },
  "journal-damaged": { fault: "outside", title: "A journal can't be read" },
  "journal-newer": { fault: "yours", title: "A journal was written by a newer cozy" },
  "journal-unwritable": { fault: "outside", title: "The journal can't be written" },
  "kept-elsewhere": { fault: "yours", title: "Another server keeps the environment" },
  "keeper-not-found": { fault: "outside", title: "The server that keeps the environment was not found" },
  "lease-held": { fault: "outside", title: "Another deployer holds the environment" },
  "lease-lost": { fault: "outside", title: "The lease of the environment was lost" },
  "lease-damaged": { fault: "outside", title: "The lease file can't be read" },
  "lease-newer": { fault: "yours", title: "The lease file was written by a newer cozy" },
  "lease-unavailable": { fault: "outside", title: "The lease can't be reached" },
} as const satisfies Record<string, ErrorRecord>;
