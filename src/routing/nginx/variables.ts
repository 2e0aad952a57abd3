import { bucketCookie } from "../proxy/bucket.ts";
import { bucketName, buckets } from "../route-table.ts";
import { publicScheme, type SiteFacts } from "./site-facts.ts";
import { block, word, type Lines } from "./text.ts";

/** The variables of a site. nginx's variables are the whole host's, so each site's bear its name. */
export type Variables = Readonly<Record<Name, string>>;

// oxfmt-ignore
const names = [
  "probe", "id", "path", "query",
  "kept", "drawn", "asked", "wanted", "own", "bucket", "cookie",
  "table", "nothing", "told", "tried",
  "stream", "upgrade", "connection", "flow", "peer", "insecure", "allowed", "denied", "closed", "limited", "realm", "authorization",
  "fresh", "sandbox", "leaving", "close",
] as const;
type Name = (typeof names)[number];

export function variablesOf(id: string): Variables {
  const entries = names.map((name) => [name, `$${variablePrefix(id)}${name}`] as const);
  // oxlint-disable-next-line no-unsafe-type-assertion -- the entries are exactly the names
  return Object.fromEntries(entries) as Record<Name, string>;
}

/** `cozywish_production_`: ids hold no underscore, so two of them never share one. */
export function variablePrefix(id: string): string {
  return `${id.replaceAll("-", "_")}_`;
}

/** What the site works out for each request, at the time it is first needed. */
export function variableMaps(facts: SiteFacts, v: Variables): readonly Lines[] {
  return [
    probe(v),
    request(v),
    bucket(facts, v),
    whoAnswers(v),
    streams(v),
    leaving(v),
    ...(facts.balancer?.endsTls === true ? [behindBalancer(facts.balancer.from, v)] : []),
    ...gates(facts, v),
    files(v),
  ];
}

/** A switch over one value: `map <source> <variable> { … }`. */
export function map(source: string, variable: string, ...entries: readonly string[]): Lines {
  return block(`map ${source} ${variable}`, ...entries.map((entry) => `${entry};`));
}

/** The site holds a hash of the token only, so that its text is no secret. */
function probe(v: Variables): Lines {
  return [
    "# Cozy's own questions bear a token, of which this file has the hash.",
    ...map("$secure_link", v.probe, "default 0", '"1" 1'),
  ];
}

/** Queries hold tokens and addresses: the log gets the path alone. */
function request(v: Variables): Lines {
  // The name of a group may have 32 characters.
  const group = v.path.replace(/path$/, "p");
  return [
    "# A request keeps a sane id that it came with.",
    ...map(
      "$http_x_request_id",
      v.id,
      "default $request_id",
      '"~^[A-Za-z0-9_.:-]{8,128}$" $http_x_request_id',
    ),
    `map $request_uri ${v.path} {`,
    "    default $request_uri;",
    `    "~^(?<${group.slice(1)}>[^?]*)\\?" ${group};`,
    "}",
    ...map("$request_uri", v.query, "default false", '"~\\?" true'),
  ];
}

/** A fresh client draws a bucket and keeps it by its cookie; only a probe may choose. */
function bucket(facts: SiteFacts, v: Variables): Lines {
  const secure = publicScheme(facts) === "https" ? "; Secure" : "";
  const attributes = `Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax${secure}`;
  const names = Array.from({ length: buckets }, (_, nth) => bucketName(nth));
  const lots = names.map((name, nth) => (nth === buckets - 1 ? `* ${name};` : `1% ${name};`));
  return [
    "# The client's bucket: from its cookie, else drawn.",
    ...map(`$cookie_${bucketCookie}`, v.kept, 'default ""', `"~^[0-9][0-9]$" $cookie_${bucketCookie}`),
    ...block(
      `split_clients $request_id ${v.drawn}`,
      ...Array.from({ length: 10 }, (_, row) => lots.slice(row * 10, row * 10 + 10).join(" ")),
    ),
    ...map("$http_x_cozy_bucket", v.asked, 'default ""', '"~^[0-9][0-9]$" $http_x_cozy_bucket'),
    ...map(v.probe, v.wanted, 'default ""', `1 ${v.asked}`),
    ...map(v.kept, v.own, `default ${v.kept}`, `"" ${v.drawn}`),
    ...map(v.wanted, v.bucket, `default ${v.wanted}`, `"" ${v.own}`),
    ...map(
      `"${v.kept}:${v.probe}"`,
      v.cookie,
      'default ""',
      `":0" "${bucketCookie}=${v.bucket}; ${attributes}"`,
    ),
  ];
}

/**
 * nginx resolves `routes` itself when it asks for `$realpath_root`. It is first asked for by a header of the request to the instance,
 * which is made right before the connection; a map keeps what it said then, for the log and for a proof.
 */
function whoAnswers(v: Variables): Lines {
  return [
    "# The folder of the table in force when the instance was asked.",
    ...map('""', v.table, "default $realpath_root"),
    ...map(v.table, v.nothing, 'default ""'),
    ...map(v.probe, v.told, 'default ""', `1 ${v.table}`),
    ...map(v.probe, v.tried, 'default ""', "1 $upstream_addr"),
  ];
}

function streams(v: Variables): Lines {
  return [
    "# WebSockets and event streams may be silent for long.",
    ...map(
      '"$http_upgrade:$http_accept"',
      v.stream,
      'default ""',
      '"~*^websocket:" websocket',
      '"~*:text/event-stream" event-stream',
    ),
    ...map(v.stream, v.upgrade, 'default ""', "websocket websocket"),
    ...map(v.stream, v.connection, "default close", "websocket upgrade"),
    ...map(
      '"$status:$upstream_http_content_type"',
      v.flow,
      'default ""',
      '"~^101:" websocket',
      '"~*:text/event-stream" event-stream',
    ),
  ];
}

/** HTTP/2 has a way of its own to say so, and no such header. A stream that begins is not asked to end. */
function leaving(v: Variables): Lines {
  return [
    "# Right before a reload, clients are asked to come by a new connection: nginx closes those it keeps.",
    ...map(
      `"$server_protocol:${v.upgrade}:${v.leaving}"`,
      v.close,
      'default ""',
      String.raw`"~^HTTP/1\.[01]::1$" close`,
    ),
  ];
}

/** Where the variable of `leaving` is set, in each server. */
export function leavingLines({ places }: SiteFacts, v: Variables): Lines {
  return [`set ${v.leaving} "";`, `if (-f ${word(places.leaving)}) { set ${v.leaving} 1; }`];
}

/** The balancer says how it was asked. One that says nothing takes TLS only. */
function behindBalancer(from: readonly string[], v: Variables): Lines {
  return [
    "# Whether the balancer, or somebody who came past it, was asked without TLS.",
    ...block(
      `geo $realip_remote_addr ${v.peer}`,
      "default 0;",
      ...from.map((network) => `${word(network)} 1;`),
    ),
    ...map(
      `"${v.probe}:${v.peer}:$http_x_forwarded_proto"`,
      v.insecure,
      "default 1",
      '"~^1:" 0',
      '"~^0:1:(https)?$" 0',
    ),
  ];
}

/** Probes come in everywhere. */
function gates({ access, http, layout }: SiteFacts, v: Variables): readonly Lines[] {
  const { addresses = [], password } = access ?? {};
  const { rate } = http;
  const sections: Lines[] = [];
  if (addresses.length > 0) {
    sections.push([
      "# Who gets in.",
      ...block(`geo ${v.allowed}`, "default 0;", ...addresses.map((network) => `${word(network)} 1;`)),
      ...map(`"${v.probe}${v.allowed}"`, v.denied, "default 0", '"00" 1'),
    ]);
  }
  if (password !== undefined) {
    sections.push([
      "# The password is this site's, not the application's.",
      ...map(v.probe, v.realm, `default ${word(layout.id)}`, "1 off"),
      ...map(v.probe, v.authorization, 'default ""', "1 $http_authorization"),
    ]);
  }
  if (rate !== undefined) {
    sections.push([
      "# Requests are counted by address.",
      ...map(v.probe, v.limited, "default $binary_remote_addr", '1 ""'),
      `limit_req_zone ${v.limited} zone=${layout.id}:10m rate=${rateText(rate.perSecond)};`,
    ]);
  }
  return sections;
}

/** nginx takes whole numbers, a second or a minute. */
function rateText(perSecond: number): string {
  return Number.isInteger(perSecond) ? `${perSecond}r/s` : `${Math.max(1, Math.round(perSecond * 60))}r/m`;
}

/**
 * A name with a hash of its content in it never gets another content: eight or more hexadecimal digits with letters among them
 * (Django, webpack), or eight letters and digits after a dash that no word looks like (Vite). A hash that is not seen as one is only
 * asked for again when a page is reloaded.
 */
function files(v: Variables): Lines {
  const hex = String.raw`"~[.-](?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{8,64}(\.[a-z0-9]+){1,2}$"`;
  const base64 = String.raw`"~-(?=\w{0,6}[0-9][A-Za-z])(?=\w*[A-Z])[\w-]{8}(\.[a-z0-9]+){1,2}$"`;
  const days = 30;
  const fresh = `public, max-age=${days * 24 * 3600}`;
  return [
    "# Files stay with browsers for 30 days, and what bears a hash in its name is never asked for again.",
    ...map(
      "$uri",
      v.fresh,
      `default "${fresh}"`,
      `${hex} "${fresh}, immutable"`,
      `${base64} "${fresh}, immutable"`,
    ),
    "# Users put media there: what a browser would run gets no rights of the site.",
    ...map("$sent_http_content_type", v.sandbox, 'default ""', '"~*html|xml|javascript|pdf" sandbox'),
  ];
}
