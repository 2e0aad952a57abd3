import type { ErrorRecord } from "../errors/cozy-error.ts";

export const scheduleErrors = {
  "unknown-schedule": { fault: "yours", title: "There is no such schedule" },
  "schedule-running": { fault: "yours", title: "A run of the schedule goes on" },
  "schedule-without-output": { fault: "yours", title: "No run of the schedule has left any output" },
  "schedule-run-lost": { fault: "outside", title: "A run of a schedule ended without saying how" },
} as const satisfies Record<string, ErrorRecord>;
