import type { ErrorRecord } from "../errors/cozy-error.ts";

export const developmentErrors = {
  "development-incomplete": {
    fault: "yours",
    title: "Something is missing to run the application on this machine",
  },
  "web-not-started": { fault: "yours", title: "The web process could not be started" },
  "setup-not-possible": { fault: "yours", title: "This machine can't be set up for the application" },
  "setup-step-failed": { fault: "outside", title: "A step of the set-up failed" },
} as const satisfies Record<string, ErrorRecord>;
