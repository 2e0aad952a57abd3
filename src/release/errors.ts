import type { ErrorRecord } from "../errors/cozy-error.ts";

export const releaseErrors = {} as const satisfies Record<string, ErrorRecord>;
