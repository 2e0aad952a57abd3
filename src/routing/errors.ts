import type { ErrorRecord } from "../errors/cozy-error.ts";

export const routingErrors = {} as const satisfies Record<string, ErrorRecord>;
