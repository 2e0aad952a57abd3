import type { ErrorRecord } from "../../errors/cozy-error.ts";

export const agentErrors = {
  "host-connection-lost": { fault: "outside", title: "The connection to a host was lost" },
  "agent-not-started": { fault: "outside", title: "The agent of cozy on a host could not be started" },
  "agent-of-another-version": { fault: "yours", title: "The agent on a host speaks another format" },
  "upload-damaged": { fault: "outside", title: "What was sent to a host did not arrive whole" },
  "platform-differs": { fault: "yours", title: "The artifact is for another platform than a host" },
} as const satisfies Record<string, ErrorRecord>;
