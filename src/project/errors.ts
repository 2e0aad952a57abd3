import type { ErrorRecord } from "../errors/cozy-error.ts";

export const projectErrors = {
  "config-not-found": { fault: "yours", title: "There is no project file" },
  "config-ambiguous": { fault: "yours", title: "There is more than one project file" },
  "config-unreadable": { fault: "yours", title: "The project file is not a program that Node can read" },
  "config-threw": { fault: "yours", title: "The project file stopped with an error of its own" },
  "config-import-missing": { fault: "yours", title: "The project file imports something that is not there" },
  "config-without-default": { fault: "yours", title: "The project file exports no project" },
  "config-invalid": { fault: "yours", title: "The project file has faults" },
  "config-exists": { fault: "yours", title: "There is a project file already" },
  "servers-not-here": { fault: "yours", title: "The command is not for servers yet" },
  "no-servers": { fault: "yours", title: "The environment does not run on servers" },
  "application-not-recognised": { fault: "yours", title: "The folder holds no application that cozy knows" },
  "variables-missing": { fault: "yours", title: "Variables have no value" },
  "generated-damaged": { fault: "outside", title: "The file of generated values can't be read" },
  "generated-newer": { fault: "yours", title: "The file of generated values is of a newer cozy" },
} as const satisfies Record<string, ErrorRecord>;
