/** What the proxy needs to know of an answer's head, and the headers that go on to the client. */
export interface AnswerHead {
  /** Names and values in turn; hop-by-hop headers are taken off. */
  readonly headers: string[];
  /** `-1` where the answer does not say. */
  readonly length: number;
  readonly eventStream: boolean;
}

/** `raw` is names and values in turn, as they came. */
export function readAnswerHead(raw: readonly (Buffer | string)[]): AnswerHead {
  const headers: string[] = [];
  let length = -1;
  let eventStream = false;
  let connection: string | undefined;
  for (let at = 0; at < raw.length; at += 2) {
    const name = text(raw[at]);
    const value = text(raw[at + 1]);
    switch (kindOf(name)) {
      case "pass":
        headers.push(name, value);
        break;
      case "length":
        length = Number(value);
        headers.push(name, value);
        break;
      case "type":
        eventStream = /^text\/event-stream\b/i.test(value);
        headers.push(name, value);
        break;
      case "connection":
        connection = value;
        break;
      case "drop":
        break;
    }
  }
  return { headers: withoutListed(headers, connection), length, eventStream };
}

type Kind = "pass" | "length" | "type" | "connection" | "drop";

const kinds: ReadonlyMap<string, Kind> = new Map<string, Kind>(
  Object.entries({
    "content-length": "length",
    "content-type": "type",
    connection: "connection",
    "keep-alive": "drop",
    "proxy-connection": "drop",
    "proxy-authenticate": "drop",
    "transfer-encoding": "drop",
    te: "drop",
    trailer: "drop",
    upgrade: "drop",
    // Only the proxy says these, and only to whoever has the token.
    "x-cozy-release": "drop",
    "x-cozy-instance": "drop",
    "x-cozy-table": "drop",
  } satisfies Record<string, Kind>),
);

const seen = new Map<string, Kind>();
const mostSeen = 512;

function kindOf(name: string): Kind {
  const known = seen.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  const kind = kinds.get(lower) ?? "pass";
  if (seen.size < mostSeen) seen.set(name, kind);
  return kind;
}

function withoutListed(headers: string[], connection: string | undefined): string[] {
  if (connection === undefined || /^(?:keep-alive|close)$/i.test(connection)) return headers;
  const listed = new Set(
    connection
      .toLowerCase()
      .split(",")
      .map((name) => name.trim()),
  );
  listed.delete("content-length");
  return headers.filter((_, at) => !listed.has((headers[at - (at % 2)] ?? "").toLowerCase()));
}

function text(part: Buffer | string | undefined): string {
  return typeof part === "string" ? part : (part?.toString("latin1") ?? "");
}
