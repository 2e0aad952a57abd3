import { join } from "node:path";
import type { Hsts } from "../../project/servers.ts";
import { publicScheme, siteFolder, type SiteFacts, type SiteFile } from "./site-facts.ts";
import { fileText, word, type Lines } from "./text.ts";
import { map, variablePrefix, variablesOf } from "./variables.ts";

/*
 * A location that adds one header of its own loses all that were declared above it, and without `always` an error page has none. So the
 * security headers are a file that each location includes, and each server for what nginx answers before it has a location: a head that
 * it can't read or that is too long, and plain HTTP on the port of TLS. What the application says itself
 * goes before: its own header is passed on, and none is put beside it.
 */

interface SecurityHeader {
  readonly name: string;
  readonly value: string;
}

/** The file with the security headers, for each server and location. */
export function headersFile(facts: SiteFacts): SiteFile {
  return {
    path: headersPath(facts),
    text: fileText(
      ["# Included by every server and location, because one with a header of its own inherits none."],
      [
        ...securityHeaders(facts).map(({ name }) => `add_header ${name} ${ownFirst(facts, name)} always;`),
        `add_header Connection ${variablesOf(facts.layout.id).close} always;`,
        ...(facts.http.noindex ? ['add_header X-Robots-Tag "noindex, nofollow" always;'] : []),
      ],
    ),
  };
}

/** The headers of hosts' own answers, which are no site's. */
export function hostHeaders(): Lines {
  return ofEverySite.map(({ name, value }) => `add_header ${name} ${word(value)} always;`);
}

/** `include …/headers.conf;` */
export function includeHeaders(facts: SiteFacts): string {
  return `include ${headersPath(facts)};`;
}

/** The maps that give way to a header of the application's own. */
export function headerMaps(facts: SiteFacts): Lines {
  const headers = [...securityHeaders(facts), ...policyOf(facts)];
  return [
    "# The application's own header goes before.",
    ...headers.flatMap(({ name, value }) => {
      const own = `$upstream_http_${name.toLowerCase().replaceAll("-", "_")}`;
      if (name !== transportSecurity) {
        return map(own, ownFirst(facts, name), 'default ""', `"" ${word(value)}`);
      }
      const { source, secure } = asked(facts);
      return map(`"${source}:${own}"`, ownFirst(facts, name), 'default ""', `"${secure}:" ${word(value)}`);
    }),
  ];
}

const transportSecurity = "Strict-Transport-Security";

/** How a request tells that it came by HTTPS: over plain HTTP nothing is promised of HTTPS, and browsers heed no such promise. */
function asked(facts: SiteFacts): { readonly source: string; readonly secure: string } {
  if (facts.balancer?.endsTls !== true) return { source: "$https", secure: "on" };
  return { source: variablesOf(facts.layout.id).insecure, secure: "0" };
}

/** `Content-Security-Policy`, where one is declared; media and error pages have their own. */
export function contentPolicy(facts: SiteFacts): Lines {
  return policyOf(facts).map(({ name }) => `add_header ${name} ${ownFirst(facts, name)} always;`);
}

function securityHeaders(facts: SiteFacts): readonly SecurityHeader[] {
  const { hsts } = facts.http;
  if (publicScheme(facts) === "http" || hsts === undefined) return ofEverySite;
  return [{ name: transportSecurity, value: promiseText(hsts) }, ...ofEverySite];
}

const ofEverySite: readonly SecurityHeader[] = [
  { name: "X-Content-Type-Options", value: "nosniff" },
  { name: "X-Frame-Options", value: "SAMEORIGIN" },
  { name: "Referrer-Policy", value: "strict-origin-when-cross-origin" },
  { name: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=(), payment=(), usb=()" },
  { name: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { name: "Cross-Origin-Resource-Policy", value: "same-origin" },
];

function promiseText({ maxAgeMs, includeSubDomains }: Hsts): string {
  return `max-age=${Math.floor(maxAgeMs / 1_000)}${includeSubDomains ? "; includeSubDomains" : ""}`;
}

function policyOf({ http }: SiteFacts): readonly SecurityHeader[] {
  const { contentSecurityPolicy } = http;
  if (contentSecurityPolicy === undefined) return [];
  return [{ name: "Content-Security-Policy", value: contentSecurityPolicy }];
}

/** `$cozywish_production_x_frame_options`: empty where the application sent its own. */
function ownFirst({ layout }: SiteFacts, name: string): string {
  return `$${variablePrefix(layout.id)}${name.toLowerCase().replaceAll("-", "_")}`;
}

function headersPath(facts: SiteFacts): string {
  return join(siteFolder(facts), "headers.conf");
}
