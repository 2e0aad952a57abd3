import { certificateState } from "../routing/nginx/certificate-state.ts";
import { certificateNames, endsTls } from "../routing/nginx/site-facts.ts";
import type { HostFacts } from "./host-facts.ts";
import type { SetupRequest } from "./setup-request.ts";

/**
 * Whether the site ends TLS and has no certificate that does for it; or has one that another host asked for, which was first until now
 * and may not be there to renew it. Pure.
 */
export function wantsCertificate(request: SetupRequest, { chain, renews }: HostFacts): boolean {
  const { environment, target, now } = request;
  const { domains } = environment;
  if (domains === undefined || !endsTls({ domains, balancer: target.balancer })) return false;
  if (chain === undefined) return true;
  if (asksAuthority(request) && request.challenge.kind === "here" && !renews) return true;
  const state = certificateState(chain, certificateNames(domains), now);
  return state.missingNames.length > 0 || state.expiry !== "fine";
}

/** Whether a certificate authority gives the certificate, and certbot asks it. Pure. */
export function asksAuthority({
  environment: { domains },
  target: { balancer },
}: Pick<SetupRequest, "environment" | "target">): boolean {
  return domains?.certificate.kind === "acme" && endsTls({ domains, balancer });
}
