import { request } from "node:http";
import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

export type RawAnswer = { status: number | undefined; headers: IncomingHttpHeaders; body: string };

/** A request whose parts arrive when the test says so, and whose path stays as it is written. */
export class RawRequest {
  readonly #request;
  readonly answer: Promise<RawAnswer>;
  /** Resolves when the server has begun with a request that expects `100-continue`. */
  readonly begun: Promise<unknown>;

  /** `address` is what the server says that it listens on: `http://host:port`, or `unix:/path`. */
  constructor(
    address: string,
    path: string,
    options: { method?: string; headers?: Record<string, string> } = {},
  ) {
    const socketPath = /^unix:(.+)$/.exec(address)?.[1];
    const where = socketPath === undefined ? hostAndPort(address) : { socketPath, host: "localhost" };
    this.#request = request({ ...where, path, ...options, agent: false });
    this.answer = once(this.#request, "response").then(([response]) => read(response as IncomingMessage));
    this.begun = once(this.#request, "continue");
    // Whoever waits for them gets the fault; nobody has to.
    this.answer.catch(() => {});
    this.begun.catch(() => {});
  }

  /** Resolves when the part has been handed over. */
  async write(part: string): Promise<void> {
    await new Promise((resolve) => this.#request.write(part, resolve));
  }

  end(part = ""): Promise<RawAnswer> {
    this.#request.end(part);
    return this.answer;
  }
}

function hostAndPort(address: string): { host: string; port: string } {
  const { hostname, port } = new URL(address);
  return { host: hostname, port };
}

async function read(response: IncomingMessage): Promise<RawAnswer> {
  let body = "";
  for await (const chunk of response.setEncoding("utf8")) body += String(chunk);
  return { status: response.statusCode, headers: response.headers, body };
}
