import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import { connect, createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Question {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

/** One request on a connection of its own; unlike `fetch` it sends any header and never retries. */
export async function ask(url: string, question: Question = {}): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const { method, headers, body } = question;
  const asked = httpRequest(url, { method, headers, agent: false, timeout: 10_000 }, (response) => {
    const chunks: Buffer[] = [];
    response.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", reject);
    response.on("end", () => {
      const text = Buffer.concat(chunks).toString("latin1");
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
    });
  });
  asked.on("timeout", () => asked.destroy(new Error("no answer in 10 s"))).on("error", reject);
  asked.end(body);
  return await promise;
}

/** Sends bytes as they are and gives everything that comes back until the connection ends. */
export async function askRaw(port: number, text: string): Promise<string> {
  const socket = await dial(port);
  let back = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => (back += chunk));
  socket.write(text, "latin1");
  await once(socket, "close");
  return back;
}

export async function dial(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => socket.destroy());
  await once(socket, "connect");
  return socket;
}

/** The port that a server listens on. */
export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server listens on no port.");
  return address.port;
}

/** A port that is taken as long as the test runs. */
export async function occupyPort(): Promise<{ readonly port: number }> {
  const server = createServer().listen(0, "127.0.0.1").unref();
  await once(server, "listening");
  return { port: portOf(server) };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<{ readonly port: number }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  server.close();
  await once(server, "close");
  return { port };
}
