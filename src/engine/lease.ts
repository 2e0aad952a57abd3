import { CozyError } from "../errors/cozy-error.ts";
import { momentText } from "../shared/duration.ts";
import type { Owner } from "./process-identity.ts";
import { whoText } from "./who.ts";

/**
 * The right to change an environment. The file stays when the lease is released, because the token must never be given twice: a
 * deployer that was fenced off long ago would pass for the present one.
 */
export interface Lease {
  readonly format: 1;
  /** Grows with every holder. */
  readonly token: number;
  /** Nobody, once it was released. */
  readonly holder: LeaseHolder | undefined;
}

export interface LeaseHolder {
  readonly owner: Owner;
  readonly purpose: Purpose;
  /** Milliseconds since the epoch, like `expiresAt`. */
  readonly since: number;
  readonly expiresAt: number;
}

/** What the environment is held for: `deploy` of a release. */
export interface Purpose {
  readonly command: string;
  readonly release?: string | undefined;
}

/** Why a holder keeps others out, or why it does not. */
export type Standing = "free" | "held" | "expired" | "its process has ended";

export function standingOf(lease: Lease | undefined, now: number, ownerHasEnded: boolean): Standing {
  if (lease?.holder === undefined) return "free";
  if (ownerHasEnded) return "its process has ended";
  return lease.holder.expiresAt <= now ? "expired" : "held";
}

/** What the lease becomes for its next holder. */
export function grantedTo(lease: Lease | undefined, holder: LeaseHolder): Lease {
  return { format: 1, token: (lease?.token ?? 0) + 1, holder };
}

/** Reads the lease file; `place` and `environment` are for the message where it can't be. */
export function parseLease(text: string, place: string, environment: string): Lease {
  const value = parsedJson(text);
  if (hasNewerFormat(value)) throw newer(place, value.format);
  if (!isLease(value)) throw damaged(place, environment);
  return { format: 1, token: value.token, holder: value.holder };
}

export function leaseText(lease: Lease): string {
  return `${JSON.stringify(lease, undefined, 2)}\n`;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function hasNewerFormat(value: unknown): value is { readonly format: number } {
  return isObject(value) && Number.isInteger(value["format"]) && Number(value["format"]) > 1;
}

function isLease(value: unknown): value is Lease {
  if (!isObject(value) || value["format"] !== 1 || !Number.isSafeInteger(value["token"])) return false;
  const holder = value["holder"];
  return holder === undefined || isHolder(holder);
}

function isHolder(value: unknown): value is LeaseHolder {
  if (!isObject(value) || !isObject(value["owner"]) || !isObject(value["purpose"])) return false;
  const { owner, purpose, since, expiresAt } = value;
  const texts = [owner["user"], owner["host"], owner["boot"], owner["processStart"], purpose["command"]];
  const numbers = [owner["pid"], since, expiresAt];
  return (
    texts.every((text) => typeof text === "string") && numbers.every((number) => Number.isFinite(number))
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** `deploy of 20261124-1324-3f2a1bc`. */
export function purposeText(purpose: Purpose): string {
  return purpose.release === undefined ? purpose.command : `${purpose.command} of ${purpose.release}`;
}

export function leaseHeld(environment: string, holder: LeaseHolder): CozyError {
  const { owner, purpose, since, expiresAt } = holder;
  return new CozyError("lease-held", {
    message:
      `${environment} is held by ${whoText(owner)} (process ${owner.pid})` +
      ` for the ${purposeText(purpose)}, since ${momentText(since)}.`,
    state: `Nothing was changed. The lease runs until ${momentText(expiresAt)}, and its holder renews it for as long as it lives.`,
    next: `Wait for it to end (\`cozy lease ${environment}\` shows it). If it never will: cozy lease ${environment} --take-over`,
  });
}

export function leaseLost(environment: string, lease: Lease | undefined): CozyError {
  return new CozyError("lease-lost", {
    message: `The lease of ${environment} is not this command's any more: ${lossText(lease)}.`,
    next: `cozy lease ${environment}`,
  });
}

function lossText(lease: Lease | undefined): string {
  if (lease === undefined) return "its file is gone";
  if (lease.holder === undefined) return "another deployer took it over, and has ended since";
  const { owner, purpose, since } = lease.holder;
  return `${whoText(owner)} took it for the ${purposeText(purpose)} at ${momentText(since)}`;
}

function damaged(place: string, environment: string): CozyError {
  return new CozyError("lease-damaged", {
    message: `The lease file ${place} is damaged: it is not what cozy writes there.`,
    state: "Nothing was changed, and the file was left as it is.",
    next: `Make sure that nobody deploys ${environment}; then cozy lease ${environment} --take-over keeps the damaged file beside a new one.`,
  });
}

function newer(place: string, format: number): CozyError {
  return new CozyError("lease-newer", {
    message: `The lease file ${place} has format ${format}; this cozy reads formats up to 1.`,
    state: "Nothing was changed.",
    next: "Use the cozy that wrote it, or a newer one: npm install --save-dev cozywish@latest",
  });
}
