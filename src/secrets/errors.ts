import type { ErrorRecord } from "../errors/cozy-error.ts";

export const secretErrors = {
  "identity-missing": { fault: "yours", title: "There is no identity to read secrets with" },
  "identity-unusable": { fault: "yours", title: "The identity can't be used" },
  "recipients-missing": { fault: "yours", title: "Nobody is declared who could read the secrets" },
  "recipients-invalid": { fault: "yours", title: "The file of recipients has faults" },
  "secrets-not-for-you": { fault: "yours", title: "The secrets are not encrypted to your identity" },
  "secrets-damaged": { fault: "yours", title: "The encrypted file can't be trusted" },
  "secrets-newer": { fault: "yours", title: "The encrypted file is of a newer cozy" },
  "secrets-changed": { fault: "yours", title: "The encrypted file was changed meanwhile" },
  "secret-unknown": { fault: "yours", title: "There is no secret of that name" },
  "secret-invalid": { fault: "yours", title: "The name or the value can't be one of a secret" },
  "secrets-not-edited": { fault: "yours", title: "The secrets were not edited to an end" },
} as const satisfies Record<string, ErrorRecord>;
