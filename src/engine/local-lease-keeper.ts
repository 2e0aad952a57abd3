import { CozyError } from "../errors/cozy-error.ts";
import { keptElsewhere } from "./kept-elsewhere.ts";
import { grantedTo, leaseLost, leaseText, standingOf, type Lease, type LeaseHolder } from "./lease.ts";
import type { AcquireRequest, Acquired, LeaseKeeper } from "./lease-keeper.ts";
import { isHeldUnder, parsed, readLease, type LeaseFile, type LeasePlace } from "./lease-store.ts";
import type { Owner } from "./process-identity.ts";

export interface LocalKeeperParts {
  readonly now: () => number;
  /** Whether this machine knows that the process has ended. */
  readonly hasEnded: (owner: Owner) => Promise<boolean>;
}

/** Keeps a lease on this machine, as the file that its place names. */
export function localLeaseKeeper(place: LeasePlace, parts: LocalKeeperParts): LeaseKeeper {
  const { now } = parts;
  const { environment, store } = place;

  /** Only the holder under the token comes to the action. */
  async function held<T>(
    token: number,
    action: (file: LeaseFile, lease: Lease & { readonly holder: LeaseHolder }) => Promise<T>,
  ): Promise<T> {
    return store.underLock(async (file) => {
      const lease = parsed(await file.read(), environment, store.place);
      if (!isHeldUnder(lease, token)) throw leaseLost(environment, lease);
      return action(file, lease);
    });
  }

  return {
    environment,
    acquire: async (request, signal) => {
      signal.throwIfAborted();
      return store.underLock((file) => acquired(file, place, request, parts));
    },
    renew: (token, ttlMs) =>
      held(token, (file, lease) =>
        file.write(leaseText({ ...lease, holder: { ...lease.holder, expiresAt: now() + ttlMs } })),
      ),
    async confirm(token) {
      const lease = await readLease(place);
      if (!isHeldUnder(lease, token)) throw leaseLost(environment, lease);
    },
    outgrow: (token, above) =>
      held(token, async (file, lease) => {
        const larger = Math.max(token, above) + 1;
        await file.write(leaseText({ ...lease, token: larger }));
        return larger;
      }),
    release: (token) =>
      store.underLock(async (file) => {
        const lease = parsed(await file.read(), environment, store.place);
        if (isHeldUnder(lease, token)) await file.write(leaseText({ ...lease, holder: undefined }));
      }),
    async read() {
      const lease = await readLease(place);
      return { lease, at: now(), standing: standingOf(lease, now(), await ownerHasEnded(lease, parts)) };
    },
  };
}

async function acquired(
  file: LeaseFile,
  place: LeasePlace,
  request: AcquireRequest,
  parts: LocalKeeperParts,
): Promise<Acquired> {
  const { lease, setAside } = await leaseBefore(file, place, request, parts.now);
  // Nothing is counted up: with enough tries it would pass for the one that does keep it.
  if ((request.seen ?? 0) > (lease?.token ?? 0)) throw keptElsewhere(place.environment);
  const holder = lease?.holder;
  if (holder !== undefined && !request.takeOver) {
    const ended = request.ended === lease?.token || (await ownerHasEnded(lease, parts));
    const standing = standingOf(lease, parts.now(), ended);
    if (standing === "held") return { granted: false, token: lease?.token ?? 0, holder };
  }
  const since = parts.now();
  const { owner, purpose, ttlMs } = request;
  const granted = grantedTo(lease, { owner, purpose, since, expiresAt: since + ttlMs });
  await file.write(leaseText(granted));
  return { granted: true, token: granted.token, setAside };
}

/** The token of a damaged lease is unknown; the time in milliseconds is above any that was ever counted up to. */
async function leaseBefore(
  file: LeaseFile,
  { environment, store }: LeasePlace,
  { takeOver }: AcquireRequest,
  now: () => number,
): Promise<{ readonly lease: Lease | undefined; readonly setAside?: string }> {
  try {
    return { lease: parsed(await file.read(), environment, store.place) };
  } catch (error) {
    if (!takeOver || !(error instanceof CozyError) || error.code !== "lease-damaged") throw error;
    return { setAside: await file.setAside(), lease: { format: 1, token: now(), holder: undefined } };
  }
}

async function ownerHasEnded(lease: Lease | undefined, { hasEnded }: LocalKeeperParts): Promise<boolean> {
  const owner = lease?.holder?.owner;
  return owner !== undefined && (await hasEnded(owner));
}
