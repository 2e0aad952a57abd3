import { messageOf, CozyError } from "../errors/cozy-error.ts";
import { grantedTo, leaseHeld, leaseLost, leaseText, standingOf, type Lease, type Purpose } from "./lease.ts";
import { isHeldUnder, parsed, readLease, type LeaseFile, type LeasePlace } from "./lease-store.ts";
import type { Owner } from "./process-identity.ts";

/** The lease, as the deployer that holds it sees it. */
export interface Hold {
  readonly token: number;
  /** Aborts, with the error that says why, when the lease is another's. */
  readonly lost: AbortSignal;
  /** Throws where the lease is another's by now; asked before every step. */
  confirm(): Promise<void>;
  /** Gives the lease back; never another deployer's. */
  release(): Promise<void>;
}

export interface LeaseRequest {
  readonly owner: Owner;
  readonly purpose: Purpose;
  readonly now: () => number;
  /** Whether this machine knows that the process has ended. */
  readonly hasEnded: (owner: Owner) => Promise<boolean>;
  readonly ttlMs?: number;
  readonly warn?: (message: string) => void;
}

const defaultTtlMs = 30_000;

/** Takes the lease where it is free, has run out, or its holder's process is gone from this machine; else says who holds it. */
export async function acquireLease(place: LeasePlace, request: LeaseRequest): Promise<Hold> {
  const lease = await place.store.underLock(async (file) => {
    const before = parsed(await file.read(), place.environment, place.store.place);
    await refuseIfHeld(place, before, request);
    return grant(file, before, request);
  });
  return holding(place, lease, request);
}

/** Takes the lease whoever holds it; from now on that deployer can't act. A damaged file is kept beside the new one. */
export async function takeOverLease(place: LeasePlace, request: LeaseRequest): Promise<Hold> {
  const lease = await place.store.underLock(async (file) =>
    grant(file, await readOrSetAside(place, file, request), request),
  );
  return holding(place, lease, request);
}

async function refuseIfHeld(
  place: LeasePlace,
  lease: Lease | undefined,
  request: LeaseRequest,
): Promise<void> {
  const holder = lease?.holder;
  if (holder === undefined) return;
  const ended = await request.hasEnded(holder.owner);
  if (standingOf(lease, request.now(), ended) === "held") throw leaseHeld(place.environment, holder);
}

async function grant(file: LeaseFile, before: Lease | undefined, request: LeaseRequest): Promise<Lease> {
  const since = request.now();
  const expiresAt = since + (request.ttlMs ?? defaultTtlMs);
  const lease = grantedTo(before, { owner: request.owner, purpose: request.purpose, since, expiresAt });
  await file.write(leaseText(lease));
  return lease;
}

/** The token of a damaged lease is unknown; the time in milliseconds is above any that was ever counted up to. */
async function readOrSetAside(
  place: LeasePlace,
  file: LeaseFile,
  request: LeaseRequest,
): Promise<Lease | undefined> {
  try {
    return parsed(await file.read(), place.environment, place.store.place);
  } catch (error) {
    if (!(error instanceof CozyError) || error.code !== "lease-damaged") throw error;
    request.warn?.(`The damaged lease file was kept as ${await file.setAside()}.`);
    return { format: 1, token: request.now(), holder: undefined };
  }
}

function holding(place: LeasePlace, granted: Lease, request: LeaseRequest): Hold {
  const { token } = granted;
  const ttlMs = request.ttlMs ?? defaultTtlMs;
  const lost = new AbortController();
  let trusted = request.now();

  const confirm = async () => {
    lost.signal.throwIfAborted();
    const lease = await readLease(place);
    if (!isHeldUnder(lease, token)) lost.abort(leaseLost(place.environment, lease));
    lost.signal.throwIfAborted();
    trusted = request.now();
  };
  const heartbeat = async () => {
    try {
      await renew(place, token, ttlMs, request.now);
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
      request.warn?.(`The lease of ${place.environment} could not be renewed: ${messageOf(failure)}`);
    } catch (error) {
      if (request.now() - trusted > ttlMs) lost.abort(unreachable(place, error));
    }
  };

  const beats = every(ttlMs / 3, heartbeat);
  return {
    token,
    lost: lost.signal,
    confirm,
    release: async () => {
      await beats.stop();
      await giveBack(place, token).catch((error: unknown) => {
        // It runs out by itself, and on this machine counts as free as soon as the process has ended.
        request.warn?.(`The lease of ${place.environment} could not be given back: ${messageOf(error)}`);
      });
    },
  };
}

/** Puts off the expiry. */
async function renew(place: LeasePlace, token: number, ttlMs: number, now: () => number): Promise<void> {
  await place.store.underLock(async (file) => {
    const lease = parsed(await file.read(), place.environment, place.store.place);
    if (!isHeldUnder(lease, token)) throw leaseLost(place.environment, lease);
    await file.write(leaseText({ ...lease, holder: { ...lease.holder, expiresAt: now() + ttlMs } }));
  });
}

function isLoss(error: unknown): boolean {
  return error instanceof CozyError && error.code === "lease-lost";
}

async function giveBack(place: LeasePlace, token: number): Promise<void> {
  await place.store.underLock(async (file) => {
    const lease = parsed(await file.read(), place.environment, place.store.place);
    if (isHeldUnder(lease, token)) await file.write(leaseText({ ...lease, holder: undefined }));
  });
}

function unreachable(place: LeasePlace, cause: unknown): CozyError {
  return new CozyError("lease-lost", {
    message: `The lease of ${place.environment} could not be read for longer than it lasts: ${messageOf(cause)}`,
    next: `cozy lease ${place.environment}`,
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
