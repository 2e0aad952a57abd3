import { ageText, momentText } from "../../shared/duration.ts";
import { listed } from "../../shared/words.ts";
import type { Certificate } from "../../project/servers.ts";
import type { CertificateState } from "./certificate-state.ts";

/** A host's certificate: nothing where it ends no TLS, `none` where it should and has none. */
export interface HostCertificate {
  readonly host: string;
  readonly certificate?: CertificateState | "none" | undefined;
}

export interface WarnedSite {
  /** The environment's name. */
  readonly environment: string;
  readonly certificate: Certificate | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What is wrong with the certificates of a site, or will be soon: a sentence for each group of hosts that share it. Pure. */
export function certificateWarnings(fleet: readonly HostCertificate[], site: WarnedSite): readonly string[] {
  const told = fleet.flatMap(({ host, certificate }) =>
    warningsOf(certificate, site).map((what) => ({ host, what })),
  );
  const groups = Map.groupBy(told, ({ what }) => what);
  return [...groups].map(
    ([what, hosts]) =>
      `The certificate of ${site.environment} on ${listed(hosts.map(({ host }) => host))} ${what}`,
  );
}

/** How long it lasts yet, where all is well: the shortest of all hosts; `undefined` where no host ends TLS. Pure. */
export function certificateText(fleet: readonly HostCertificate[], now: number): string | undefined {
  const ends = fleet.flatMap(({ certificate }) =>
    certificate === undefined || certificate === "none" ? [] : [certificate.validTo],
  );
  return ends.length === 0 ? undefined : `runs for another ${ageText(Math.min(...ends) - now)}`;
}

function warningsOf(certificate: HostCertificate["certificate"], site: WarnedSite): string[] {
  if (certificate === undefined) return [];
  if (certificate === "none") return [`is missing, so nobody gets in. ${setUp(site)}`];
  const { missingNames } = certificate;
  return [
    ...expiryWarning(certificate, site),
    ...(missingNames.length === 0 ? [] : [`is not for ${listed(missingNames)}. ${setUp(site)}`]),
  ];
}

function expiryWarning({ expiry, validTo }: CertificateState, site: WarnedSite): string[] {
  if (expiry === "fine") return [];
  const end =
    expiry === "expired"
      ? `has run out, at ${momentText(validTo)}`
      : `runs out in ${ageText(validTo - site.now)}`;
  if (site.certificate?.kind === "given") {
    return [`${end}. Get a new one and put it into ${site.certificate.chain}. ${setUp(site)}`];
  }
  return [
    `${end}; it should have been renewed before. Why it was not, the first host says: journalctl -u certbot. To renew it now: cozy setup ${site.environment}`,
  ];
}

function setUp({ environment }: WarnedSite): string {
  return `To mend it: cozy setup ${environment}`;
}
