import type { Placed } from "./place.ts";
import { variablesIn, type Rule } from "./rule.ts";

/** What goes on to others: whom a client can have asked, and what they are told. */
export const proxyRules: readonly Rule[] = [
  { name: "ssrf", check: chosenUpstream },
  { name: "host_spoofing", check: spoofedHost },
  { name: "forwarded_for_appended", check: appendedAddress },
  { name: "real_ip_from_everyone", check: believedByAll },
  { name: "resolver_external", check: externalResolver },
];

/** Whether the client has a say in the host that is asked. */
function chosenUpstream(one: Placed, all: readonly Placed[]): string | undefined {
  if (one.name !== "proxy_pass") return undefined;
  const host = /^(?:\w+:\/\/)?(unix:[^:]*|[^/]*)/.exec(one.args[0] ?? "")?.[1] ?? "";
  const bad = variablesIn(host).find((name) => isClients(name, all, new Set()));
  if (bad === undefined) return undefined;
  return `A client chooses by $${bad} which host is asked; name the hosts in a map or an upstream.`;
}

const clients =
  /^(http_|arg_|cookie_|sent_http_)\w+$|^(uri|document_uri|request_uri|args|query_string|host|request|request_body|remote_user|[1-9])$/;

function isClients(name: string, all: readonly Placed[], seen: Set<string>): boolean {
  if (clients.test(name)) return true;
  if (seen.has(name)) return false;
  seen.add(name);
  return all.some((one) => {
    if (one.name === "set" && one.args[0] === `$${name}`) return tainted(one.args[1] ?? "", all, seen);
    if (one.name !== "map" || one.args[1] !== `$${name}`) return false;
    return (one.block ?? []).some(
      (entry) => !isNarrowed(entry, one.args[0] ?? "") && tainted(entry.args[0] ?? "", all, seen),
    );
  });
}

function tainted(value: string, all: readonly Placed[], seen: Set<string>): boolean {
  return variablesIn(value).some((name) => isClients(name, all, seen));
}

/** An entry that gives its source back only where an expression matched that no host's name would match. */
function isNarrowed(entry: Placed, source: string): boolean {
  const pattern = /^~\*?(.*)$/.exec(entry.name)?.[1];
  if (pattern === undefined || entry.args[0] !== source) return false;
  try {
    const expression = new RegExp(pattern);
    return hostile.every((host) => !expression.test(host));
  } catch {
    return false;
  }
}

const hostile = ["evil.test", "evil", "127.0.0.1", "a@evil.test", "07.evil.test", "evil.test/07", "07@evil"];

function spoofedHost(one: Placed): string | undefined {
  if (one.name !== "proxy_set_header" || one.args[0]?.toLowerCase() !== "host") return undefined;
  if (!variablesIn(one.args[1] ?? "").some((name) => name === "http_host" || name.startsWith("arg_")))
    return undefined;
  return "The application is told whatever name the client sent; use $host, which is one of the site's.";
}

function appendedAddress(one: Placed): string | undefined {
  const value = one.name === "proxy_set_header" ? (one.args[1] ?? "") : "";
  if (!variablesIn(value).includes("proxy_add_x_forwarded_for")) return undefined;
  return "What the client claims stands before its address; write $remote_addr, and set_real_ip_from for a balancer.";
}

function believedByAll(one: Placed): string | undefined {
  if (one.name !== "set_real_ip_from" || !(one.args[0] ?? "").endsWith("/0")) return undefined;
  return "Anybody may say which address he comes from; name the balancer's addresses alone.";
}

const internal =
  /^(127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|\[?(::1|f[cd][0-9a-f]{2}:|fe80:)|localhost|local=)/i;

function externalResolver(one: Placed): string | undefined {
  if (one.name !== "resolver") return undefined;
  const external = one.args.find(
    (word) => !/^(valid|ipv6|ipv4|status_zone)=/.test(word) && !internal.test(word),
  );
  if (external === undefined) return undefined;
  return `Whoever can answer in the place of ${external} chooses the hosts that are asked; use a resolver of your own network.`;
}
