import { describe, expect, it } from "vitest";
import { dayMs } from "../../shared/duration.ts";
import type { CertificateState } from "./certificate-state.ts";
import { certificateText, certificateWarnings, type HostCertificate } from "./certificate-warnings.ts";

const now = Date.UTC(2026, 10, 24);
const fine: CertificateState = {
  validFrom: now - 30 * dayMs,
  validTo: now + 60 * dayMs,
  fingerprint: "AA",
  expiry: "fine",
  missingNames: [],
};
const acme = { kind: "acme", email: "a@b.test", directory: undefined, directoryRoot: undefined } as const;
const given = { kind: "given", chain: "/tls/chain.pem", key: "/tls/key.pem" } as const;

function warnings(
  fleet: readonly HostCertificate[],
  certificate: typeof acme | typeof given = acme,
): readonly string[] {
  return certificateWarnings(fleet, { environment: "production", certificate, now });
}

describe("certificateWarnings", () => {
  it("say nothing where all is well, or where no host ends TLS", () => {
    expect(warnings([{ host: "a", certificate: fine }, { host: "b" }])).toEqual([]);
    expect(certificateText([{ host: "b" }], now)).toBeUndefined();
  });

  it("tell hosts that share a fault in one sentence, each with what to do", () => {
    const soon: CertificateState = { ...fine, validTo: now + 20 * dayMs, expiry: "soon" };
    const fleet = [
      { host: "a", certificate: fine },
      { host: "b", certificate: soon },
      { host: "c", certificate: soon },
    ];
    expect(warnings(fleet)).toEqual([
      "The certificate of production on b and c runs out in 20 d; it should have been renewed before. Why it was not, the first host says: journalctl -u certbot. To renew it now: cozy setup production",
    ]);
    expect(certificateText(fleet, now)).toBe("runs for another 20 d");
  });

  it("name the file of one that was given", () => {
    const expired: CertificateState = { ...fine, validTo: now - dayMs, expiry: "expired" };
    expect(warnings([{ host: "a", certificate: expired }], given)[0]).toMatch(
      /has run out, at .*\. Get a new one and put it into \/tls\/chain\.pem\. To mend it: cozy setup production$/,
    );
  });

  it("tell of one that is missing, and of names that it lacks", () => {
    const lacking: CertificateState = { ...fine, missingNames: ["www.shop.test"] };
    expect(
      warnings([
        { host: "a", certificate: "none" },
        { host: "b", certificate: lacking },
      ]),
    ).toEqual([
      "The certificate of production on a is missing, so nobody gets in. To mend it: cozy setup production",
      "The certificate of production on b is not for www.shop.test. To mend it: cozy setup production",
    ]);
  });
});
