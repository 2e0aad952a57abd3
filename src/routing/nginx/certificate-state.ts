import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Secret } from "../../secrets/secret.ts";
import { CozyError, messageOf } from "../../errors/cozy-error.ts";
import { dayMs } from "../../shared/duration.ts";

export interface CertificateState {
  /** Milliseconds since the epoch. */
  readonly validFrom: number;
  readonly validTo: number;
  /** SHA-256 of the certificate. */
  readonly fingerprint: string;
  readonly expiry: "fine" | "soon" | "urgent" | "expired";
  /** Names that the site has and the certificate has not. */
  readonly missingNames: readonly string[];
}

/** How near an end is: renewal is overdue, or there is hardly time left to do it by hand. */
const soonMs = 21 * dayMs;
const urgentMs = 7 * dayMs;

/**
 * What a chain says of itself, by its first certificate. One that lives for weeks or less is renewed when a third of its life is left,
 * so less than a quarter is late for it.
 */
export function certificateState(chain: string, names: readonly string[], now: number): CertificateState {
  const certificate = firstOf(chain);
  const [validFrom, validTo] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  const lifeMs = validTo - validFrom;
  const leftMs = validTo - now;
  const expiry =
    leftMs <= 0
      ? "expired"
      : leftMs < Math.min(urgentMs, lifeMs / 12)
        ? "urgent"
        : leftMs < Math.min(soonMs, lifeMs / 4)
          ? "soon"
          : "fine";
  return {
    validFrom,
    validTo,
    fingerprint: certificate.fingerprint256,
    expiry,
    missingNames: names.filter((name) => certificate.checkHost(name, { subject: "never" }) === undefined),
  };
}

/** Refuses a chain and a key that nginx would not start with, or that browsers would not take for the names. */
export function checkGivenCertificate(
  given: {
    readonly chain: string;
    readonly key: Secret;
    readonly chainFile: string;
    readonly keyFile: string;
  },
  names: readonly string[],
  now: number,
): CertificateState {
  const { chain, key, chainFile, keyFile } = given;
  const state = stateOf(chain, chainFile, names, now);
  if (!belongs(chain, key)) {
    throw unusable(
      `${keyFile} is not the key of ${chainFile}.`,
      "Give the key that the certificate was asked for with.",
    );
  }
  if (state.expiry === "expired") {
    throw unusable(`${chainFile} has expired.`, "Get a new one, or let cozy: certificate: acme({ email })");
  }
  const [missing] = state.missingNames;
  if (missing !== undefined) {
    throw unusable(
      `${chainFile} is not for ${state.missingNames.join(", ")}.`,
      `Get one that holds ${missing} as well.`,
    );
  }
  return state;
}

function stateOf(chain: string, file: string, names: readonly string[], now: number): CertificateState {
  try {
    return certificateState(chain, names, now);
  } catch (error) {
    throw unusable(
      `${file} holds no certificate (${messageOf(error)}).`,
      "Give the whole chain as PEM, the site's own first.",
    );
  }
}

function belongs(chain: string, key: Secret): boolean {
  try {
    return firstOf(chain).checkPrivateKey(createPrivateKey(key.reveal()));
  } catch {
    return false;
  }
}

function firstOf(chain: string): X509Certificate {
  return new X509Certificate(chain);
}

function unusable(message: string, next: string): CozyError {
  return new CozyError("certificate-unusable", { message, state: "Nothing was changed.", next });
}
