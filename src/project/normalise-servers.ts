import { isAbsolute, join, resolve } from "node:path";
import type {
  Access as AccessInput,
  Balancer as BalancerInput,
  BuildHost as BuilderInput,
  Certificate as CertificateInput,
  Domains as DomainsInput,
  HttpRules as HttpInput,
  Server as ServerInput,
  Servers as ServersInput,
} from "./input.ts";
import { normaliseValue } from "./normalise-parts.ts";
import type {
  Access,
  Balancer,
  Certificate,
  Domains,
  HttpRules,
  ServerHost,
  ServersTarget,
} from "./servers.ts";
import { durationMs, sizeBytes } from "./units.ts";

/** Folders that paths of the project file may be relative to. */
export interface Folders {
  readonly root: string;
  readonly homeFolder: string;
}

export function normaliseServers(input: ServersInput, folders: Folders): ServersTarget {
  const { unreachable = "abort", builder } = input;
  const hosts = input.hosts.map(normaliseHost);
  return {
    kind: "servers",
    hosts,
    user: input.user ?? "cozy",
    setupUser: input.setupUser ?? "root",
    identity: input.identity === undefined ? undefined : filePath(input.identity, folders),
    parallel: input.parallel ?? 10,
    unreachable:
      unreachable === "abort" ? { kind: "abort" } : { kind: "go-on", atMost: unreachable.goOnWithout },
    balancer: input.balancer && normaliseBalancer(input.balancer),
    openPorts: input.openPorts ?? [],
    ...(builder !== undefined && { builder: normaliseBuilder(builder, hosts) }),
  };
}

export function normaliseDomains(input: DomainsInput, folders: Folders): Domains {
  return {
    canonical: input.canonical,
    redirects: input.redirects ?? [],
    certificate: normaliseCertificate(input.certificate, folders),
  };
}

export function normaliseAccess({ password, addresses }: AccessInput): Access {
  return {
    password: password && { user: password.user, value: normaliseValue(password.value, accessPasswordName) },
    addresses: addresses ?? [],
  };
}

/** What the password is looked up as where the project file names no other. */
export const accessPasswordName = "ACCESS_PASSWORD";

export function normaliseHttp(input: HttpInput, environment: string): HttpRules {
  const { rate, hsts } = input;
  return {
    maxBodyBytes: sizeBytes(input.maxBody ?? "10MB"),
    answerMs: durationMs(input.answerWithin ?? "60s"),
    rate: rate && { perSecond: rate.perSecond, burst: rate.burst ?? 2 * rate.perSecond },
    contentSecurityPolicy: input.contentSecurityPolicy,
    hsts:
      hsts === false
        ? undefined
        : {
            maxAgeMs: durationMs(hsts?.maxAge ?? "730d"),
            includeSubDomains: hsts?.includeSubDomains ?? true,
          },
    noindex: input.noindex ?? environment !== "production",
  };
}

export function normaliseHost(input: ServerInput): ServerHost {
  if (typeof input === "string") return { name: input, address: input, sshPort: 22 };
  return { name: input.name ?? input.address, address: input.address, sshPort: input.port ?? 22 };
}

/** By its name one of the servers of the list, else one of its own. */
function normaliseBuilder(input: BuilderInput, hosts: readonly ServerHost[]): ServerHost {
  const { address, name, port } = input;
  const own = normaliseHost({ address, name, port });
  const isAlone = name === undefined && port === undefined;
  return hosts.find((host) => (isAlone && host.name === address) || isSame(host, own)) ?? own;
}

function isSame(one: ServerHost, other: ServerHost): boolean {
  return one.address === other.address && one.sshPort === other.sshPort;
}

function normaliseBalancer(input: BalancerInput): Balancer {
  return {
    from: input.from,
    readyPath: input.readyPath ?? "/balancer",
    leaveMs: durationMs(input.leave ?? "10s"),
    endsTls: input.endsTls ?? false,
  };
}

function normaliseCertificate(input: CertificateInput, folders: Folders): Certificate {
  if (input.kind === "no-certificate") return { kind: "none" };
  if (input.kind === "given-certificate")
    return { kind: "given", chain: filePath(input.chain, folders), key: filePath(input.key, folders) };
  const { directoryRoot } = input;
  return {
    kind: "acme",
    email: input.email,
    directory: input.directory,
    directoryRoot: directoryRoot === undefined ? undefined : filePath(directoryRoot, folders),
  };
}

/** A file of the deployer's machine, absolute. */
function filePath(path: string, { root, homeFolder }: Folders): string {
  if (path.startsWith("~/")) return join(homeFolder, path.slice(2));
  return isAbsolute(path) ? path : resolve(root, path);
}
