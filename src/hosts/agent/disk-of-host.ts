import type { CozyError } from "../../errors/cozy-error.ts";

/** A full disk with the host that it is in; the advice for the disk of this machine is none for that one. */
export function diskOfHost(host: string, full: CozyError): CozyError {
  const next = "Make room on that disk, or enlarge it, then run the command again.";
  return full.with({ message: `${host}: ${full.message}`, next });
}
