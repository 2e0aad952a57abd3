import type { Environment } from "../project/project.ts";
import type {
  Access,
  Certificate,
  Domains,
  HttpRules,
  ServerHost,
  ServersTarget,
} from "../project/servers.ts";
import { durationText, spanText } from "../shared/duration.ts";
import { sizeText } from "../shared/size-text.ts";
import type { Described } from "./difference.ts";
import { sourceWords } from "./describe-variables.ts";

type Facts = Pick<Environment, "target" | "domains" | "access" | "http">;

/** What an environment runs on and what stands before it, in words that can be compared. Holds no secret. Pure. */
export function describeTarget({ target, domains, access, http }: Facts): Described {
  if (target.kind === "this-machine")
    return { target: target.kind, "target port": String(target.port), "target address": target.address };
  return {
    ...describeServers(target),
    ...(domains && describeDomains(domains)),
    ...(access && describeAccess(access)),
    ...describeHttp(http),
  };
}

function describeServers({ kind, hosts, balancer, ...rest }: ServersTarget): Described {
  return {
    target: kind,
    ...Object.fromEntries(hosts.map((host) => [`host ${host.name}`, hostText(host)])),
    "servers user": rest.user,
    "servers setup user": rest.setupUser,
    "servers identity": rest.identity,
    "servers at the same time": String(rest.parallel),
    "servers not reached":
      rest.unreachable.kind === "abort" ? "abort" : `go on without at most ${rest.unreachable.atMost}`,
    "servers builder": rest.builder && hostText(rest.builder),
    "servers open ports": rest.openPorts.join(", ") || undefined,
    ...(balancer && {
      "balancer addresses": balancer.from.join(", "),
      "balancer ready path": balancer.readyPath,
      "balancer leave": durationText(balancer.leaveMs),
      "balancer ends TLS": balancer.endsTls ? "yes" : "no",
    }),
  };
}

function hostText({ address, sshPort }: ServerHost): string {
  return `${address}, port ${sshPort}`;
}

function describeDomains({ canonical, redirects, certificate }: Domains): Described {
  return {
    domain: canonical,
    "domain redirects": redirects.join(", ") || undefined,
    certificate: certificateText(certificate),
  };
}

function certificateText(certificate: Certificate): string {
  if (certificate.kind === "none") return "none";
  if (certificate.kind === "given") return `given: ${certificate.chain}`;
  return `acme: ${certificate.email}${certificate.directory === undefined ? "" : ` at ${certificate.directory}`}`;
}

/** A value that stands in the project file would be one that is shown, so none may stand there. */
function describeAccess({ password, addresses }: Access): Described {
  return {
    "access password": password && `${password.user}, ${String(sourceWords(password.value))}`,
    "access addresses": addresses.join(", ") || undefined,
  };
}

function describeHttp({
  maxBodyBytes,
  answerMs,
  rate,
  contentSecurityPolicy,
  hsts,
  noindex,
}: HttpRules): Described {
  return {
    "http largest body": sizeText(maxBodyBytes),
    "http answer within": durationText(answerMs),
    "http rate": rate && `${rate.perSecond} a second, burst ${rate.burst}`,
    "http content security policy": contentSecurityPolicy,
    "http HTTPS alone":
      hsts === undefined
        ? "no"
        : `${spanText(hsts.maxAgeMs)}, ${hsts.includeSubDomains ? "with" : "without"} names below`,
    "http noindex": noindex ? "yes" : "no",
  };
}
