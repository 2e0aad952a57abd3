import type { ErrorRecord } from "../errors/cozy-error.ts";

export const commandErrors = {
  "unknown-command": { fault: "yours", title: "There is no such command" },
  "wrong-usage": { fault: "yours", title: "The command was called in a way that it does not take" },
  "unknown-environment": { fault: "yours", title: "The project has no such environment" },
  "unfinished-plan": { fault: "yours", title: "An earlier plan was cut off" },
  "nothing-unfinished": { fault: "yours", title: "There is nothing to resume or abort" },
  interrupted: { fault: "interrupted", title: "The command was interrupted" },
  defect: { fault: "ours", title: "cozy did something that it should not" },
} as const satisfies Record<string, ErrorRecord>;
