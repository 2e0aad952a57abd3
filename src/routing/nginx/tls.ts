import type { Lines } from "./text.ts";
import { atLeast, type NginxVersions } from "./versions.ts";

/**
 * Mozilla's guideline 6.0, the intermediate level: TLS 1.2 and 1.3, no key exchange without forward secrecy, the client's order. In the
 * form that the host's nginx and OpenSSL take: one that they don't know keeps nginx from starting.
 */
export function tlsLines({ nginx, openssl }: NginxVersions): Lines {
  const curves = ["X25519", "prime256v1", "secp384r1"];
  if (atLeast(openssl, "3.5")) curves.unshift("X25519MLKEM768");
  return [
    "ssl_protocols TLSv1.2 TLSv1.3;",
    `ssl_ecdh_curve ${curves.join(":")};`,
    `ssl_ciphers ${ciphers.join(":")};`,
    "ssl_prefer_server_ciphers off;",
    "ssl_session_timeout 1d;",
    // The size is part of the name: sites that share a name must agree on it.
    "ssl_session_cache shared:cozy_10m:10m;",
    // Until then nginx kept one ticket key for as long as it ran.
    ...(atLeast(nginx, "1.23.2") ? [] : ["ssl_session_tickets off;"]),
  ];
}

/** What a server listens on. */
export function listenLines(
  options: {
    readonly port: number;
    readonly tls: boolean;
    readonly ipv6: boolean;
    readonly isDefault?: boolean;
  },
  { nginx }: NginxVersions,
): Lines {
  const { port, tls, ipv6, isDefault = false } = options;
  const http2IsDirective = atLeast(nginx, "1.25.1");
  const words = [
    ...(isDefault ? ["default_server"] : []),
    ...(tls ? ["ssl"] : []),
    ...(tls && !http2IsDirective ? ["http2"] : []),
  ];
  const addresses = [String(port), ...(ipv6 ? [`[::]:${port}`] : [])];
  return [
    ...addresses.map((address) => `listen ${[address, ...words].join(" ")};`),
    ...(tls && http2IsDirective ? ["http2 on;"] : []),
  ];
}

const ciphers = [
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
];
