import type { ErrorRecord } from "../../errors/cozy-error.ts";

export const sshErrors = {
  "host-unreachable": { fault: "outside", title: "A host can't be reached over SSH" },
  "host-key-unknown": { fault: "yours", title: "The key of a host is not trusted yet" },
  "host-key-changed": { fault: "yours", title: "A host has another key than the one that is trusted" },
  "host-key-not-compared": { fault: "yours", title: "The key of a host was not compared" },
  "known-hosts-damaged": { fault: "yours", title: "The file of trusted host keys can't be read" },
  "login-refused": { fault: "yours", title: "A host lets nobody in with these keys" },
  "connection-lost": { fault: "outside", title: "The connection to a host was lost" },
  "ssh-missing": { fault: "yours", title: "A program that reaches hosts is missing here" },
  "ssh-folder-taken": { fault: "yours", title: "The folder for connections is not ours alone" },
  "transfer-failed": { fault: "outside", title: "Files could not be sent to a host" },
} as const satisfies Record<string, ErrorRecord>;
