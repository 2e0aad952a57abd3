import { CozyError, messageOf } from "../errors/cozy-error.ts";
import { leaseHeld, type Purpose } from "./lease.ts";
import type { AcquireRequest, LeaseKeeper } from "./lease-keeper.ts";
import type { Owner } from "./process-identity.ts";

/** The lease, as the deployer that holds it sees it. */
export interface Hold {
  /** For messages. */
  readonly environment: string;
  /** Grows where a host has seen a larger one. */
  readonly token: number;
  /** Aborts, with the error that says why, when the lease is another's. */
  readonly lost: AbortSignal;
  /** Throws where the lease is another's by now; asked before every step. */
  confirm(): Promise<void>;
  /** Makes the token larger than one that a host has seen; throws where that is because the lease is another's. */
  outgrow(above: number): Promise<void>;
  /** Gives the lease back; never another deployer's. */
  release(): Promise<void>;
}

export interface LeaseRequest {
  readonly owner: Owner;
  readonly purpose: Purpose;
  /** This deployer's time: for how long it has not heard of its lease. When that runs out is the keeper's to say. */
  readonly now: () => number;
  /** Whether this machine knows that the process has ended. */
  readonly hasEnded: (owner: Owner) => Promise<boolean>;
  readonly ttlMs?: number;
  readonly warn?: (message: string) => void;
}

const defaultTtlMs = 30_000;
const askMs = 15_000;

/** Takes the lease where it is free, has run out, or its holder's process is known to have ended; else says who holds it. */
export async function acquireLease(keeper: LeaseKeeper, request: LeaseRequest): Promise<Hold> {
  const asked = acquireRequest(request, false);
  const first = await keeper.acquire(asked, within());
  if (first.granted) return holding(keeper, first.token, request);
  // The keeper knows of the processes of its own machine; the holder may have been one of ours.
  if (!(await request.hasEnded(first.holder.owner))) throw leaseHeld(keeper.environment, first.holder);
  const second = await keeper.acquire({ ...asked, ended: first.token }, within());
  if (!second.granted) throw leaseHeld(keeper.environment, second.holder);
  return holding(keeper, second.token, request);
}

/** Takes the lease whoever holds it; from now on that deployer can't act. A damaged file is kept beside the new one. */
export async function takeOverLease(keeper: LeaseKeeper, request: LeaseRequest): Promise<Hold> {
  const taken = await keeper.acquire(acquireRequest(request, true), within());
  if (!taken.granted) throw leaseHeld(keeper.environment, taken.holder);
  if (taken.setAside !== undefined) request.warn?.(`The damaged lease file was kept as ${taken.setAside}.`);
  return holding(keeper, taken.token, request);
}

function acquireRequest({ owner, purpose, ttlMs }: LeaseRequest, takeOver: boolean): AcquireRequest {
  return { owner, purpose, ttlMs: ttlMs ?? defaultTtlMs, takeOver };
}

function within(): AbortSignal {
  return AbortSignal.timeout(askMs);
}

function holding(keeper: LeaseKeeper, granted: number, request: LeaseRequest): Hold {
  const { environment } = keeper;
  const ttlMs = request.ttlMs ?? defaultTtlMs;
  const lost = new AbortController();
  let token = granted;
  let trusted = request.now();

  const confirm = async () => {
    lost.signal.throwIfAborted();
    try {
      await keeper.confirm(token, within());
    } catch (error) {
      if (isLoss(error)) lost.abort(error);
      throw error;
    }
    lost.signal.throwIfAborted();
    trusted = request.now();
  };
  const heartbeat = async () => {
    try {
      await keeper.renew(token, ttlMs, within());
      trusted = request.now();
    } catch (error) {
      if (isLoss(error)) lost.abort(error);
      else await confirmInspiteOf(error);
    }
  };
  /** A full disk keeps a lease from being renewed, not from being ours: only another's token, or not knowing, ends it. */
  const confirmInspiteOf = async (failure: unknown) => {
    try {
      await confirm();
      request.warn?.(`The lease of ${environment} could not be renewed: ${messageOf(failure)}`);
    } catch (error) {
      if (request.now() - trusted > ttlMs) lost.abort(unreachable(environment, error));
    }
  };

  const beats = every(ttlMs / 3, heartbeat);
  return {
    environment,
    get token() {
      return token;
    },
    lost: lost.signal,
    confirm,
    async outgrow(above) {
      token = await keeper.outgrow(token, above, within());
    },
    release: async () => {
      await beats.stop();
      await keeper.release(token, within()).catch((error: unknown) => {
        // It runs out by itself, and on this machine counts as free as soon as the process has ended.
        request.warn?.(`The lease of ${environment} could not be given back: ${messageOf(error)}`);
      });
    },
  };
}

function isLoss(error: unknown): boolean {
  return error instanceof CozyError && error.code === "lease-lost";
}

function unreachable(environment: string, cause: unknown): CozyError {
  return new CozyError("lease-lost", {
    message: `The lease of ${environment} could not be read for longer than it lasts: ${messageOf(cause)}`,
    next: `cozy lease ${environment}`,
    cause,
  });
}

/** One beat after the other, never two at once; it keeps no process alive. */
function every(intervalMs: number, beat: () => Promise<void>): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    timer = setTimeout(() => {
      running = beat().finally(wait);
    }, intervalMs).unref();
  };
  wait();
  return {
    stop: async () => {
      clearTimeout(timer);
      await running;
      clearTimeout(timer);
    },
  };
}
