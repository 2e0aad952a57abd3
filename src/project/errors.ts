import type { ErrorRecord } from "../errors/cozy-error.ts";

export const projectErrors = {} as const satisfies Record<string, ErrorRecord>;
