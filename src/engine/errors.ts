import type { ErrorRecord } from "../errors/cozy-error.ts";

export const engineErrors = {} as const satisfies Record<string, ErrorRecord>;
