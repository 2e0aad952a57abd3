import { leaseLost, parseLease, type Lease, type LeaseHolder } from "./lease.ts";

/** Where an environment's lease is kept, and how deployers are kept apart while they read and change it. */
export interface LeaseStore {
  /** For messages: the path of the file. */
  readonly place: string;
  /** The text as it stands, without waiting for anyone. */
  read(): Promise<string | undefined>;
  /** Runs the action while no other deployer, of this process or another, is in one. */
  underLock<T>(action: (file: LeaseFile) => Promise<T>): Promise<T>;
}

/** The lease's file, in the hands of whoever has the lock. */
export interface LeaseFile {
  read(): Promise<string | undefined>;
  /** Replaces the text as one step. */
  write(text: string): Promise<void>;
  /** Keeps what stands there under another name, and says which. */
  setAside(): Promise<string>;
}

/** The lease of one environment, kept in one place. */
export interface LeasePlace {
  readonly environment: string;
  readonly store: LeaseStore;
}

export async function readLease({ environment, store }: LeasePlace): Promise<Lease | undefined> {
  return parsed(await store.read(), environment, store.place);
}

/**
 * Runs an action that only the holder of this token may do, and keeps every other deployer out until it has ended: between the
 * look at the token and the effect nobody can come. Keep the action short.
 */
export async function fenced<T>(place: LeasePlace, token: number, action: () => Promise<T>): Promise<T> {
  return place.store.underLock(async (file) => {
    const lease = parsed(await file.read(), place.environment, place.store.place);
    if (!isHeldUnder(lease, token)) throw leaseLost(place.environment, lease);
    return action();
  });
}

export function isHeldUnder(
  lease: Lease | undefined,
  token: number,
): lease is Lease & { readonly holder: LeaseHolder } {
  return lease?.token === token && lease.holder !== undefined;
}

export function parsed(text: string | undefined, environment: string, place: string): Lease | undefined {
  return text === undefined ? undefined : parseLease(text, place, environment);
}
