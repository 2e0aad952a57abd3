import { serverLayout, type ServerLayout } from "../hosts/server-layout.ts";
import type { Environment, Project } from "../project/project.ts";
import type { ServersTarget } from "../project/servers.ts";
import { catchAllFolder } from "../routing/nginx/catch-all.ts";
import { debianPlaces, type Challenge } from "../routing/nginx/site-facts.ts";
import type { Secret } from "../secrets/secret.ts";
import { firewallFolder } from "./texts/firewall.ts";

/** All that the set-up of a host depends on, but for the host itself. */
export interface SetupRequest {
  readonly project: Project;
  readonly environment: Environment;
  readonly target: ServersTarget;
  /** Lines of public keys that may deploy, beside those that may set up. */
  readonly deployKeys: readonly string[];
  /** What visitors are asked for; absent where the environment asks for none. */
  readonly sitePassword: Secret | undefined;
  /** Who answers the certificate authority, seen from this host. */
  readonly challenge: Challenge;
  /** Lines of known_hosts with the pinned keys of the first host; absent on that one. */
  readonly firstHostKeys?: string | undefined;
  /** Of the authority's own TLS, for one in a lab. */
  readonly directoryRoot: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export function portsFile({ id }: Pick<ServerLayout, "id">): string {
  return `${firewallFolder}/ports/${id}.nft`;
}

/** What a balancer asks for by the host's address. */
export function readyPath({ id }: Pick<ServerLayout, "id">): string {
  return `${catchAllFolder(debianPlaces)}/${id}.conf`;
}

export function certificateProgram({ id }: Pick<ServerLayout, "id">): string {
  return `/usr/lib/cozy/certificate-${id}`;
}

export function directoryRootFile({ id }: Pick<ServerLayout, "id">): string {
  return `/etc/cozy/certificates/${id}-directory.pem`;
}

export function layoutOf({
  project,
  environment,
}: Pick<SetupRequest, "project" | "environment">): ServerLayout {
  return serverLayout(project.name, environment.name);
}
