import { CozyError } from "../../errors/cozy-error.ts";

/** Codes of errors that say that a host is out of reach. */
export const lostHostCodes: ReadonlySet<string> = new Set([
  "connection-lost",
  "host-connection-lost",
  "host-unreachable",
]);

/** Whether an error says that the host is out of reach, so that nothing can be tidied up there now. */
export function isOfLostHost(error: unknown): error is CozyError {
  return error instanceof CozyError && lostHostCodes.has(error.code);
}
