import type { ErrorRecord } from "../errors/cozy-error.ts";

export const artifactErrors = {} as const satisfies Record<string, ErrorRecord>;
