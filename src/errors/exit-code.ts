import { CozyError, type Fault } from "./cozy-error.ts";

/** Exit codes are part of the interface: scripts and CI decide by them. */
export const exitCodes: Readonly<Record<Fault, number>> = {
  yours: 2,
  outside: 1,
  ours: 70,
  interrupted: 130,
};

/** Anything that is not an error of the catalogue is a defect of ours. */
export function exitCodeOf(error: unknown): number {
  return exitCodes[error instanceof CozyError ? error.fault : "ours"];
}
