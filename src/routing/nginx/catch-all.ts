import { join } from "node:path";
import { hostHeaders } from "./headers.ts";
import type { NginxPlaces, SiteFile } from "./site-facts.ts";
import { block, fileText } from "./text.ts";
import { listenLines, tlsLines } from "./tls.ts";
import type { NginxVersions } from "./versions.ts";

export interface CatchAllFacts {
  readonly versions: NginxVersions;
  readonly ipv6: boolean;
  readonly places: NginxPlaces;
}

/**
 * What the host answers to names that no site has: nothing. One file for all environments, since nginx has one default server a port;
 * Debian's own (`sites-enabled/default`) has to go. nginx takes the TLS version, the curves and the limits of a request's head from the
 * default server, whatever name is asked for, so they stand here as well.
 */
export function catchAllFile({ versions, ipv6, places }: CatchAllFacts): SiteFile {
  const { ports } = places;
  return {
    path: places.catchAll,
    text: fileText(
      ["# Made by cozy setup; all environments of this host share it."],
      [
        "# Room for long names, and for the variables of several sites.",
        "server_names_hash_bucket_size 128;",
        "variables_hash_bucket_size 128;",
        "variables_hash_max_size 4096;",
        "map_hash_bucket_size 128;",
      ],
      block(
        "server",
        ...listenLines({ port: ports.http, tls: false, ipv6, isDefault: true }, versions),
        "server_name _;",
        "server_tokens off;",
        "access_log off;",
        ...headLimits,
        ...hostHeaders(),
        "",
        "# A balancer asks by address whether the host takes traffic.",
        `include ${join(catchAllFolder(places), "*.conf")};`,
        ...block("location /", "return 444;"),
      ),
      block(
        "server",
        ...listenLines({ port: ports.https, tls: true, ipv6, isDefault: true }, versions),
        "server_name _;",
        "server_tokens off;",
        "access_log off;",
        "ssl_reject_handshake on;",
        ...tlsLines(versions),
        ...headLimits,
        ...hostHeaders(),
      ),
    ),
  };
}

/** Locations that environments put before the catch-all: `<id>.conf`. */
export function catchAllFolder(places: NginxPlaces): string {
  return join(places.config, "catch-all");
}

/** As long as the embedded proxy waits for the head of a request, and for the next one. */
const headLimits = ["client_header_timeout 20s;", "keepalive_timeout 75s;"];
