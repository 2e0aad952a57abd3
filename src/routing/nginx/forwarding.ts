import { join } from "node:path";
import { endsTls, publicScheme, siteFolder, type SiteFacts, type SiteFile } from "./site-facts.ts";
import { fileText, type Lines } from "./text.ts";
import type { Variables } from "./variables.ts";

/**
 * What goes on to the instance, and how: a file that each location with a `proxy_pass` includes, because these inherit as headers do. No
 * forwarding header of the client's gets through: all are written anew from what nginx saw itself, or a declared balancer said.
 */
export function forwardFile(facts: SiteFacts, v: Variables): SiteFile {
  const https = publicScheme(facts) === "https";
  return {
    path: forwardPath(facts),
    text: fileText(
      ["# Included by every location that asks an instance."],
      [
        "proxy_http_version 1.1;",
        "proxy_set_header Host $host;",
        `proxy_set_header X-Request-Id ${v.id};`,
        "proxy_set_header X-Real-IP $remote_addr;",
        "proxy_set_header X-Forwarded-For $remote_addr;",
        `proxy_set_header X-Forwarded-Proto ${https ? "https" : "http"};`,
        "proxy_set_header X-Forwarded-Host $host;",
        `proxy_set_header X-Forwarded-Port ${https && !endsTls(facts) ? "443" : "$server_port"};`,
        'proxy_set_header Forwarded "";',
        'proxy_set_header Proxy "";',
        ...(facts.access?.password === undefined
          ? []
          : [`proxy_set_header Authorization ${v.authorization};`]),
      ],
      [
        "# Cozy's own headers are none of the client's. Asking for the table here settles it right before the connection is made.",
        'proxy_set_header X-Cozy-Proof "";',
        'proxy_set_header X-Cozy-Bucket "";',
        'proxy_set_header X-Cozy-Release "";',
        'proxy_set_header X-Cozy-Instance "";',
        `proxy_set_header X-Cozy-Table ${v.nothing};`,
      ],
      [
        "proxy_hide_header X-Cozy-Release;",
        "proxy_hide_header X-Cozy-Instance;",
        "proxy_hide_header X-Cozy-Table;",
        "proxy_hide_header X-Cozy-Tried;",
        "proxy_hide_header X-Powered-By;",
        ...(facts.http.noindex ? ["proxy_hide_header X-Robots-Tag;"] : []),
      ],
      [
        "# A request that could not be sent is tried on a mate; one that was sent only where it may come twice: never a POST.",
        "proxy_next_upstream error;",
        "proxy_next_upstream_tries 2;",
        "proxy_connect_timeout 2s;",
        "proxy_redirect off;",
        "proxy_buffer_size 16k;",
        "proxy_buffers 16 16k;",
        "proxy_busy_buffers_size 32k;",
      ],
    ),
  };
}

export function includeForward(facts: SiteFacts): string {
  return `include ${forwardPath(facts)};`;
}

/** Whose word on the client's address is believed: the balancer's, and nobody's else. */
export function realAddress({ balancer }: SiteFacts): Lines {
  if (balancer === undefined) return [];
  return [
    ...balancer.from.map((network) => `set_real_ip_from ${network};`),
    "real_ip_header X-Forwarded-For;",
    "real_ip_recursive on;",
  ];
}

function forwardPath(facts: SiteFacts): string {
  return join(siteFolder(facts), "forward.conf");
}
