import type { Secret } from "../../secrets/secret.ts";
import { certificateState } from "./certificate-state.ts";

/** A host as far as its certificate goes; root's business, so an adapter logs in as who sets up. */
export interface CertificateHost {
  readonly name: string;
  /** The chain that it serves with, which anybody may see; `undefined` where it has none. */
  chain(signal: AbortSignal): Promise<string | undefined>;
  key(signal: AbortSignal): Promise<Secret>;
  /** Puts both in place in one step and has nginx read them: `installProgram`. */
  install(pair: CertificatePair, signal: AbortSignal): Promise<void>;
}

export interface CertificatePair {
  readonly chain: string;
  readonly key: Secret;
}

export interface SpreadReport {
  /** Hosts that got it now. */
  readonly installed: readonly string[];
  readonly failed: readonly { readonly host: string; readonly error: unknown }[];
}

/**
 * Brings the certificate of the host that the authority knows to all others, where theirs is another one. The key is read only when
 * somebody needs it, and never written down on the way. One host's failure keeps nobody else from getting it.
 */
export async function spreadCertificate(
  from: CertificateHost,
  to: readonly CertificateHost[],
  signal: AbortSignal,
): Promise<SpreadReport> {
  const chain = await from.chain(signal);
  if (chain === undefined) return { installed: [], failed: [] };
  let key: Promise<Secret> | undefined;
  const outcomes = await Promise.all(
    to.map(async (host) => {
      try {
        if (isSame(chain, await host.chain(signal))) return { host: host.name, installed: false };
        key ??= from.key(signal);
        await host.install({ chain, key: await key }, signal);
        return { host: host.name, installed: true };
      } catch (error) {
        signal.throwIfAborted();
        return { host: host.name, error };
      }
    }),
  );
  return {
    installed: outcomes.flatMap((one) => (one.installed === true ? [one.host] : [])),
    failed: outcomes.flatMap((one) => ("error" in one ? [{ host: one.host, error: one.error }] : [])),
  };
}

function isSame(chain: string, other: string | undefined): boolean {
  if (other === undefined) return false;
  try {
    return certificateState(chain, [], 0).fingerprint === certificateState(other, [], 0).fingerprint;
  } catch {
    return false;
  }
}
