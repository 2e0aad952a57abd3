import type { Lease, LeaseHolder, Purpose, Standing } from "./lease.ts";
import type { Owner } from "./process-identity.ts";

/**
 * Whoever keeps the lease of an environment: this machine, or the first of its hosts. Every method is one round trip, and every time in
 * it is by the keeper's own clock, so that deployers whose clocks differ agree on when a lease has run out.
 */
export interface LeaseKeeper {
  /** For messages. */
  readonly environment: string;
  /** Grants the lease where it is free, has run out or its holder's process has ended; else says who has it. */
  acquire(request: AcquireRequest, signal: AbortSignal): Promise<Acquired>;
  /** Puts off the expiry. Throws where the lease is not held under this token. */
  renew(token: number, ttlMs: number, signal: AbortSignal): Promise<void>;
  /** Throws where the lease is not held under this token. */
  confirm(token: number, signal: AbortSignal): Promise<void>;
  /** Gives the holder of this token one that is larger than `above`, which a host has seen under another keeper. */
  outgrow(token: number, above: number, signal: AbortSignal): Promise<number>;
  /** Gives the lease back; never another deployer's. */
  release(token: number, signal: AbortSignal): Promise<void>;
  read(signal: AbortSignal): Promise<LeaseLook>;
}

export interface AcquireRequest {
  readonly owner: Owner;
  readonly purpose: Purpose;
  readonly ttlMs: number;
  /** Whether it is taken whoever holds it; a damaged file is kept beside the new one then. */
  readonly takeOver: boolean;
  /** The token of a holder whose process is known to have ended, by somebody on its machine. */
  readonly ended?: number | undefined;
  /** The newest token that any host has seen: larger than all that were given here where another one keeps the environment. */
  readonly seen?: number | undefined;
}

export type Acquired =
  | {
      readonly granted: true;
      readonly token: number;
      /** Where a damaged file was kept. */
      readonly setAside?: string | undefined;
    }
  | { readonly granted: false; readonly token: number; readonly holder: LeaseHolder };

export interface LeaseLook {
  readonly lease: Lease | undefined;
  readonly standing: Standing;
  /** The keeper's time. */
  readonly at: number;
}
