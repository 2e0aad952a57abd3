import type { ErrorRecord } from "../errors/cozy-error.ts";

export const hostErrors = {} as const satisfies Record<string, ErrorRecord>;
