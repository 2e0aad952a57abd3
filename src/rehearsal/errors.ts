import type { ErrorRecord } from "../errors/cozy-error.ts";

export const rehearsalErrors = {
  "rehearsal-failed": { fault: "yours", title: "The rehearsal of the release failed" },
  "rehearsal-not-proven": { fault: "yours", title: "The rehearsal could not prove the release" },
} as const satisfies Record<string, ErrorRecord>;
