import { request } from "node:http";

/** A request that came to no answer at all: nobody listens, or whoever did went away. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** One request with a JSON body over a unix socket, on a connection of its own. */
export function jsonRequest(
  socket: string,
  method: "GET" | "PUT" | "POST",
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<JsonAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<JsonAnswer>();
  const fail = (error: Error): void =>
    reject(signal.aborted ? signal.reason : new NoAnswer(error.message, { cause: error }));
  const text = body === undefined ? "" : JSON.stringify(body);
  const outgoing = request(
    {
      socketPath: socket,
      method,
      path,
      agent: false,
      signal,
      headers: { "content-type": "application/json", "content-length": Buffer.byteLength(text) },
    },
    (incoming) => {
      const parts: Buffer[] = [];
      incoming.on("data", (part: Buffer) => parts.push(part));
      incoming.on("error", fail);
      incoming.on("end", () => {
        const answer = parsed(Buffer.concat(parts).toString("utf8"));
        if (answer === undefined) fail(new Error(`${method} ${path} was not answered with JSON`));
        else resolve({ status: incoming.statusCode ?? 0, body: answer });
      });
    },
  );
  outgoing.on("error", fail);
  outgoing.end(text);
  return promise;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
