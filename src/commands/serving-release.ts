import { CozyError } from "../errors/cozy-error.ts";
import type { Host } from "../hosts/host.ts";

/** The release whose code is meant: the one that was asked for, else the one that serves. */
export async function servingRelease(
  host: Host,
  environment: string,
  asked: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  const release = asked ?? (await host.observe(signal)).current;
  if (release !== undefined) return release;
  throw new CozyError("unknown-release", {
    message: `${environment} has no release yet, so there is no code to run.`,
    next: `cozy deploy ${environment}`,
  });
}
