import { join } from "node:path";
import type { ServerLayout } from "../../hosts/server-layout.ts";
import type { Access, Balancer, Domains, HttpRules } from "../../project/servers.ts";
import { word } from "./text.ts";
import type { NginxVersions } from "./versions.ts";

/** All that the text of an environment's nginx site depends on. */
export interface SiteFacts {
  readonly layout: ServerLayout;
  /** Absent: the site answers to every name that no other site has. */
  readonly domains: Domains | undefined;
  /** Absent: everybody gets to see it. */
  readonly access: Access | undefined;
  readonly http: HttpRules;
  readonly balancer: Balancer | undefined;
  /** With a slash at both ends: `/static/`; absent where the release has no such files. */
  readonly staticUrl: string | undefined;
  readonly mediaUrl: string | undefined;
  /** Of the proof token; see `probeHash`. */
  readonly probeHash: string;
  /** Without one only the authority's challenge is answered, and cozy's own questions. */
  readonly hasCertificate: boolean;
  readonly challenge: Challenge;
  readonly versions: NginxVersions;
  /** Whether the host has IPv6 at all; nginx does not start on an address that it can't have. */
  readonly ipv6: boolean;
  readonly places: NginxPlaces;
}

/** Who answers the certificate authority: this host, or the one whose address stands here (an IP address). */
export type Challenge = { readonly kind: "here" } | { readonly kind: "passed"; readonly to: string };

/** Names on the host that all sites share, and its ports. */
export interface NginxPlaces {
  /** A folder an environment, with what its site includes. */
  readonly config: string;
  /** The catch-all of the host: one file, the same for all environments. */
  readonly catchAll: string;
  readonly mimeTypes: string;
  /** Where certbot puts what the authority asks for. */
  readonly acme: string;
  readonly ports: { readonly http: number; readonly https: number };
  /** A file that is there while nginx is about to be reloaded: answers then ask clients to come by a new connection. */
  readonly leaving: string;
}

/** As `cozy setup` makes them on Debian. */
export const debianPlaces: NginxPlaces = {
  config: "/etc/nginx/cozy",
  catchAll: "/etc/nginx/conf.d/cozy.conf",
  mimeTypes: "/etc/nginx/mime.types",
  acme: "/var/lib/cozy-acme",
  ports: { http: 80, https: 443 },
  leaving: "/run/cozy/nginx-leaving",
};

export interface SiteFile {
  readonly path: string;
  readonly text: string;
}

/** Where an environment's site keeps what it includes. */
export function siteFolder({ places, layout }: Pick<SiteFacts, "places" | "layout">): string {
  return join(places.config, layout.id);
}

/** `user:hash` lines for the password before the site; root's own, and readable by nginx's group. */
export function passwordFile(facts: Pick<SiteFacts, "places" | "layout">): string {
  return join(siteFolder(facts), "password");
}

/** A file that is there while the host takes traffic. */
export function inRotationFile({ paths }: Pick<ServerLayout, "paths">): string {
  return join(paths.root, "in-rotation");
}

/** The host ends TLS itself. */
export function endsTls({ domains, balancer }: Pick<SiteFacts, "domains" | "balancer">): boolean {
  return domains !== undefined && domains.certificate.kind !== "none" && balancer?.endsTls !== true;
}

/** What users see in their address bar. */
export function publicScheme(facts: Pick<SiteFacts, "domains" | "balancer">): "http" | "https" {
  return endsTls(facts) || facts.balancer?.endsTls === true ? "https" : "http";
}

/** The names that the site's certificate has to hold. */
export function certificateNames({ canonical, redirects }: Domains): readonly string[] {
  return [canonical, ...redirects.filter((name) => name !== canonical)];
}

/** Where users are led that came another way, the rest of the address kept. */
export function canonicalUrl(facts: SiteFacts): string {
  const scheme = publicScheme(facts);
  const { http, https } = facts.places.ports;
  const name = facts.domains === undefined ? "$host" : word(facts.domains.canonical);
  const port = facts.balancer?.endsTls === true ? 443 : scheme === "https" ? https : http;
  const usual = scheme === "https" ? 443 : 80;
  return `${scheme}://${name}${port === usual ? "" : `:${port}`}$request_uri`;
}
