import type { ErrorRecord } from "../errors/cozy-error.ts";

export const routingErrors = {
  "share-without-instances": {
    fault: "ours",
    title: "A release is given traffic but has no healthy instance",
  },
  "shares-not-whole": { fault: "ours", title: "The shares of the traffic don't add up to 100" },
  "table-exists": { fault: "ours", title: "A route table with this number exists and says something else" },
  "socket-outside-run-folder": {
    fault: "ours",
    title: "A route table can't lead out of its environment's run folder",
  },
  "routes-damaged": { fault: "outside", title: "The route table can't be read" },
  "routes-too-new": { fault: "yours", title: "The route table was written by a newer cozy" },
  "run-folder-taken": {
    fault: "outside",
    title: "The short name of the run folder belongs to something else",
  },
  "proxy-settings-damaged": { fault: "outside", title: "The proxy's settings can't be read" },
  "proxy-settings-too-new": { fault: "yours", title: "The proxy's settings were written by a newer cozy" },
  "proxy-port-taken": { fault: "outside", title: "Another program listens on the proxy's port" },
  "proxy-not-running": { fault: "outside", title: "The proxy doesn't answer" },
  "proxy-too-new": { fault: "yours", title: "The running proxy is of a newer cozy" },
  "proxy-refused": { fault: "outside", title: "The running proxy could not do what was asked" },
  "nginx-cant-say": { fault: "yours", title: "nginx has no way to write a value of the project file" },
  "site-missing": { fault: "outside", title: "A host has no nginx site for the environment" },
  "site-not-served": { fault: "outside", title: "nginx does not serve the environment's site" },
  "site-out-of-date": { fault: "yours", title: "The nginx site is not what the project file asks for" },
  "certificate-unusable": { fault: "yours", title: "A given certificate can't be used" },
} as const satisfies Record<string, ErrorRecord>;
