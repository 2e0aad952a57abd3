import type { ErrorRecord } from "../errors/cozy-error.ts";

export const scratchErrors = {
  "scratch-busy": { fault: "outside", title: "The scratch environment is in use" },
} as const satisfies Record<string, ErrorRecord>;
