import type { ErrorRecord } from "../errors/cozy-error.ts";

export const instanceErrors = {
  "agents-missing": { fault: "ours", title: "The package lacks its supervisor or its proxy" },
  "control-refused": { fault: "yours", title: "The server does not let cozy start and stop instances" },
  "environment-file-missing": { fault: "outside", title: "A release's variables are not there" },
  "instance-not-stopped": { fault: "outside", title: "An instance could not be ended" },
  "proxy-not-replaced": { fault: "outside", title: "The proxy could not be replaced" },
  "supervisor-failed": { fault: "ours", title: "The supervisor failed at an order" },
  "supervisor-not-answering": { fault: "outside", title: "The supervisor runs but does not answer" },
  "supervisor-not-running": { fault: "outside", title: "No supervisor runs" },
  "supervisor-not-started": { fault: "outside", title: "The supervisor could not be started" },
  "supervisor-socket-too-long": { fault: "yours", title: "The path of the supervisor's socket is too long" },
  "supervisor-state-damaged": { fault: "outside", title: "The supervisor's state is damaged" },
  "supervisor-state-newer": { fault: "yours", title: "The supervisor's state was written by a newer cozy" },
  "supervisor-too-new": { fault: "yours", title: "A supervisor of a newer cozy runs" },
  "supervisor-too-old": { fault: "yours", title: "A supervisor of an older cozy runs" },
  "systemd-failed": { fault: "outside", title: "systemd could not carry out an order" },
} as const satisfies Record<string, ErrorRecord>;
