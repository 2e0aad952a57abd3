import type { ErrorRecord } from "../errors/cozy-error.ts";

export const questionErrors = {
  declined: { fault: "yours", title: "A person had the deploy taken back" },
  "nothing-asked": { fault: "yours", title: "Nothing waits for an answer" },
} as const satisfies Record<string, ErrorRecord>;
