import { CozyError } from "../../errors/cozy-error.ts";

const codes: ReadonlySet<string> = new Set(["connection-lost", "host-connection-lost", "host-unreachable"]);

/** Whether an error says that the host is out of reach, so that nothing can be tidied up there now. */
export function isOfLostHost(error: unknown): boolean {
  return error instanceof CozyError && codes.has(error.code);
}
