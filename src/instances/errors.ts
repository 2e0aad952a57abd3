import type { ErrorRecord } from "../errors/cozy-error.ts";

export const instanceErrors = {} as const satisfies Record<string, ErrorRecord>;
