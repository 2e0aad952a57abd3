import { join } from "node:path";
import { accessLog } from "./access-log-format.ts";
import { applicationLocations } from "./application-location.ts";
import { errorPageLines, errorPageLocations } from "./error-pages.ts";
import { fileLocations } from "./file-locations.ts";
import { realAddress } from "./forwarding.ts";
import { includeHeaders } from "./headers.ts";
import { challengeLocation, readyLocation, siteLocation } from "./own-locations.ts";
import { canonicalUrl, endsTls, passwordFile, type SiteFacts } from "./site-facts.ts";
import { block, word, type Lines } from "./text.ts";
import { listenLines, tlsLines } from "./tls.ts";
import { leavingLines, type Variables } from "./variables.ts";

/** The servers of a site: the one with the application, and those that lead there. */
export function siteServers(facts: SiteFacts, v: Variables, version: string): readonly Lines[] {
  const { domains } = facts;
  const tls = endsTls(facts) && facts.hasCertificate;
  const redirects = domains?.redirects.filter((name) => name !== domains.canonical) ?? [];
  // Until there is a certificate the application's server answers the challenge for all of its names, and lets nobody else in.
  const waits = endsTls(facts) && !tls;
  return [
    ...(tls ? [challengeServer(facts, v, [domains?.canonical ?? "", ...redirects])] : []),
    ...(redirects.length > 0 && !waits ? [redirectServer(facts, v, redirects, tls)] : []),
    applicationServer(facts, v, version, waits ? redirects : []),
  ];
}

/** Port 80 of a site with TLS: the challenge, the balancer's question, and a redirect for the rest. */
function challengeServer(facts: SiteFacts, v: Variables, names: readonly string[]): Lines {
  return block(
    "server",
    ...listen(facts, false),
    `server_name ${names.map(word).join(" ")};`,
    ...plainServer,
    includeHeaders(facts),
    ...leavingLines(facts, v),
    "",
    ...separated(
      challengeLocation(facts),
      readyLocation(facts),
      block("location /", includeHeaders(facts), `return 301 ${canonicalUrl(facts)};`),
    ),
  );
}

/** Other names lead to the canonical one. */
function redirectServer(facts: SiteFacts, v: Variables, names: readonly string[], tls: boolean): Lines {
  return block(
    "server",
    ...listen(facts, tls),
    `server_name ${names.map(word).join(" ")};`,
    ...plainServer,
    includeHeaders(facts),
    ...(tls ? certificate(facts) : []),
    ...leavingLines(facts, v),
    "",
    ...separated(
      ...(tls ? [] : [challengeLocation(facts), readyLocation(facts)]),
      block("location /", includeHeaders(facts), `return 301 ${canonicalUrl(facts)};`),
    ),
  );
}

function applicationServer(
  facts: SiteFacts,
  v: Variables,
  version: string,
  furtherNames: readonly string[],
): Lines {
  const { domains, layout, http, access } = facts;
  const tls = endsTls(facts) && facts.hasCertificate;
  // Any name that no other site has, where none is declared; the catch-all keeps those that are no name at all.
  const names = domains === undefined ? ["~."] : [domains.canonical, ...furtherNames].map(word);
  return block(
    "server",
    ...listen(facts, tls),
    `server_name ${names.join(" ")};`,
    "server_tokens off;",
    "absolute_redirect off;",
    accessLog(facts, "application"),
    `error_log ${join(layout.paths.logs, "proxy.log")} error;`,
    includeHeaders(facts),
    ...(tls ? certificate(facts) : []),
    ...realAddress(facts),
    "",
    `secure_link ${word(facts.probeHash)};`,
    'secure_link_md5 "$http_x_cozy_proof";',
    "",
    "client_header_timeout 20s;",
    "client_body_timeout 60s;",
    "send_timeout 60s;",
    "keepalive_timeout 75s;",
    `client_max_body_size ${http.maxBodyBytes};`,
    ...(access?.password === undefined
      ? []
      : [`auth_basic ${v.realm};`, `auth_basic_user_file ${word(passwordFile(facts))};`]),
    "",
    "# For the name of the table in force; nothing is served from here.",
    `root ${join(layout.run, "routes")};`,
    `include ${facts.places.mimeTypes};`,
    "types { text/javascript mjs; application/manifest+json webmanifest; }",
    "gzip off;",
    ...errorPageLines(),
    "",
    ...gate(facts, v),
    "",
    ...separated(
      siteLocation(facts, v, version),
      ...(tls ? [] : [challengeLocation(facts)]),
      readyLocation(facts),
      ...fileLocations(facts, v),
      ...applicationLocations(facts, v),
      ...errorPageLocations(facts, v),
    ),
  );
}

/** What the log has of a request that met a closed site. */
export const underMaintenance = "maintenance";

/** Whether the application is to be asked at all. In the server, where nginx's `if` does what it says. */
function gate(facts: SiteFacts, v: Variables): Lines {
  const closed = endsTls(facts) && !facts.hasCertificate;
  return [
    ...leavingLines(facts, v),
    `set ${v.closed} ${closed ? '"no certificate"' : '""'};`,
    `if (-f ${word(facts.layout.maintenance)}) { set ${v.closed} ${underMaintenance}; }`,
    `if (${v.probe}) { set ${v.closed} ""; }`,
  ];
}

function listen(facts: SiteFacts, tls: boolean): Lines {
  const { http, https } = facts.places.ports;
  return listenLines({ port: tls ? https : http, tls, ipv6: facts.ipv6 }, facts.versions);
}

function certificate(facts: SiteFacts): Lines {
  const { layout, versions } = facts;
  return [
    `ssl_certificate ${join(layout.certificates, "chain.pem")};`,
    `ssl_certificate_key ${join(layout.certificates, "key.pem")};`,
    ...tlsLines(versions),
    "# Who speaks plain HTTP to the port of TLS.",
    `error_page 497 =301 ${canonicalUrl(facts)};`,
  ];
}

function separated(...parts: readonly Lines[]): Lines {
  return parts.filter((part) => part.length > 0).flatMap((part, at) => (at === 0 ? part : ["", ...part]));
}

const plainServer = ["server_tokens off;", "access_log off;"];
