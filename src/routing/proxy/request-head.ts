import { newId } from "./request-id.ts";
import type { IncomingMessage } from "node:http";
import { bucketOfCookie } from "./bucket.ts";
import type { Peer } from "./peer.ts";

/** What the proxy needs to know of a request's head, and the headers that go on to the instance. */
export interface RequestHead {
  /** Names and values in turn, hop-by-hop headers taken off and the forwarding headers put on. */
  readonly headers: string[];
  /** From the cookie; `-1` where there is none. */
  readonly bucket: number;
  readonly id: string;
  readonly agent: string;
  /** The client, as far as trusted proxies tell. */
  readonly address: string;
  readonly proto: string;
  readonly hasBody: boolean;
  readonly proof: string;
  readonly wantedBucket: string;
}

/** Why a request is refused before anything is done with it. */
export class BadRequest extends Error {}

/**
 * Reads the head in one pass, because this runs for every request. Names with an underscore are dropped as nginx does: an application
 * server that turns both `-` and `_` into `_` would take `X_Forwarded_For` for the header that only the proxy may set.
 */
export function readHead(request: IncomingMessage, peer: Peer): RequestHead {
  const raw = request.rawHeaders;
  const headers: string[] = [];
  let bucket = -1;
  let id = "";
  let agent = "";
  let host: string | undefined;
  let length: string | undefined;
  let chunked = false;
  let connection = "";
  let proof = "";
  let wantedBucket = "";
  let forwarded: Forwarded | undefined;
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] ?? "";
    const value = raw[at + 1] ?? "";
    switch (kindOf(name)) {
      case Kind.pass:
        headers.push(name, value);
        break;
      case Kind.cookie:
        if (bucket === -1) bucket = bucketOfCookie(value);
        headers.push(name, value);
        break;
      case Kind.agent:
        agent = value;
        headers.push(name, value);
        break;
      case Kind.host:
        if (host !== undefined) throw new BadRequest("It has two Host headers.");
        host = value;
        headers.push(name, value);
        break;
      case Kind.length:
        if (length !== undefined) throw new BadRequest("It has two Content-Length headers.");
        length = value;
        headers.push(name, value);
        break;
      case Kind.transferEncoding:
        chunked = true;
        break;
      case Kind.connection:
        connection = connection === "" ? value : `${connection},${value}`;
        break;
      case Kind.requestId:
        if (saneId.test(value)) id = value;
        break;
      case Kind.forwarded:
        if (!peer.trusted) break;
        if (name.length === "forwarded".length) headers.push(name, value);
        else note((forwarded ??= {}), name.toLowerCase(), value);
        break;
      case Kind.proof:
        proof = value;
        break;
      case Kind.wantedBucket:
        wantedBucket = value;
        break;
      case Kind.drop:
        break;
    }
  }
  // Node's parser refuses this as well; whoever comes after must never have to choose where a request ends.
  if (chunked && length !== undefined)
    throw new BadRequest("It has a Content-Length and a Transfer-Encoding.");
  if (id === "") id = newId();
  const address = lastOf(forwarded?.chain) || peer.address;
  const proto = forwarded?.proto ?? "http";
  headers.push(
    "X-Request-Id",
    id,
    "X-Real-IP",
    address,
    "X-Forwarded-For",
    forwarded?.chain ? `${forwarded.chain}, ${peer.address}` : peer.address,
    "X-Forwarded-Proto",
    proto,
    "X-Forwarded-Host",
    forwarded?.host ?? host ?? "",
    "X-Forwarded-Port",
    forwarded?.port ?? portOf(forwarded?.host ?? host, proto),
  );
  return {
    headers: connection === "" ? headers : withoutListed(headers, connection),
    bucket,
    id,
    agent,
    address,
    proto,
    hasBody: chunked || (length !== undefined && length !== "0"),
    proof,
    wantedBucket,
  };
}

/** What trusted proxies before this one said. */
interface Forwarded {
  chain?: string;
  proto?: string;
  host?: string;
  port?: string;
}

function note(forwarded: Forwarded, name: string, value: string): void {
  if (name === "x-forwarded-for") forwarded.chain = forwarded.chain ? `${forwarded.chain}, ${value}` : value;
  else if (name === "x-forwarded-proto") forwarded.proto = value === "https" ? "https" : "http";
  else if (name === "x-forwarded-host") forwarded.host = value;
  else if (name === "x-forwarded-port" && /^\d{1,5}$/.test(value)) forwarded.port = value;
}

/** The last address of the chain is the one that the trusted peer saw itself; those before it are what clients claim. */
function lastOf(chain: string | undefined): string {
  return chain === undefined ? "" : chain.slice(chain.lastIndexOf(",") + 1).trim();
}

function portOf(host: string | undefined, proto: string): string {
  const colon = host?.lastIndexOf(":") ?? -1;
  const port = colon === -1 ? "" : (host?.slice(colon + 1) ?? "");
  if (port !== "" && /^\d{1,5}$/.test(port)) return port;
  return proto === "https" ? "443" : "80";
}

/** A `Connection` header may name more headers that are meant for this hop alone. */
function withoutListed(headers: string[], connection: string): string[] {
  if (connection === "keep-alive" || connection === "close") return headers;
  const listed = new Set(
    connection
      .toLowerCase()
      .split(",")
      .map((name) => name.trim()),
  );
  for (const kept of neverHopByHop) listed.delete(kept);
  if (listed.size === 0) return headers;
  return headers.filter((_, at) => !listed.has((headers[at - (at % 2)] ?? "").toLowerCase()));
}

/** A client must not take these off a request by calling them hop-by-hop. */
const neverHopByHop = [
  "host",
  "content-length",
  "cookie",
  "authorization",
  "x-request-id",
  "x-real-ip",
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-host",
  "x-forwarded-port",
];

const saneId = /^[\w.:-]{8,128}$/;

const Kind = {
  pass: 0,
  drop: 1,
  cookie: 2,
  agent: 3,
  host: 4,
  length: 5,
  transferEncoding: 6,
  connection: 7,
  requestId: 8,
  forwarded: 9,
  proof: 10,
  wantedBucket: 11,
} as const;
type Kind = (typeof Kind)[keyof typeof Kind];

const kinds: ReadonlyMap<string, Kind> = new Map<string, Kind>(
  Object.entries({
    cookie: Kind.cookie,
    "user-agent": Kind.agent,
    host: Kind.host,
    "content-length": Kind.length,
    "transfer-encoding": Kind.transferEncoding,
    connection: Kind.connection,
    "x-request-id": Kind.requestId,
    forwarded: Kind.forwarded,
    "x-forwarded-for": Kind.forwarded,
    "x-forwarded-proto": Kind.forwarded,
    "x-forwarded-host": Kind.forwarded,
    "x-forwarded-port": Kind.forwarded,
    "x-cozy-proof": Kind.proof,
    "x-cozy-bucket": Kind.wantedBucket,
    "x-real-ip": Kind.drop,
    "x-cozy-release": Kind.drop,
    "x-cozy-instance": Kind.drop,
    "x-cozy-table": Kind.drop,
    expect: Kind.drop,
    "keep-alive": Kind.drop,
    "proxy-connection": Kind.drop,
    "proxy-authorization": Kind.drop,
    te: Kind.drop,
    trailer: Kind.drop,
    upgrade: Kind.drop,
    "http2-settings": Kind.drop,
  } satisfies Record<string, Kind>),
);

/** By the name as it was written, which spares most requests the lower-casing; clients can't make it grow without end. */
const seen = new Map<string, Kind>();
const mostSeen = 512;

function kindOf(name: string): Kind {
  const known = seen.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  const kind = kinds.get(lower) ?? (lower.includes("_") ? Kind.drop : Kind.pass);
  if (seen.size < mostSeen) seen.set(name, kind);
  return kind;
}
