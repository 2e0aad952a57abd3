import { createServer, type Server } from "node:net";
import { setTimeout } from "node:timers/promises";
import { passBytes, type Upstream } from "./pass-bytes.ts";

/** More than any proxy opens at once. */
const backlog = 1024;

/** How long what the command has sent right before its end may take to be read. */
const lastBytesMs = 1_000;

/** Stands the socket before the port. */
export async function listenOn(socket: string, to: Upstream, onRefused: () => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (client) => passBytes(client, to, onRefused));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ path: socket, backlog }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  // Running out of file descriptors fails one connection, and not those that are there.
  server.on("error", (error) => process.stderr.write(`the relay of ${socket}: ${error.message}\n`));
  return server;
}

/** Takes no more connections; resolves when those that are there have passed on what the command has left them. */
export async function untilQuiet(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  await Promise.race([closed, setTimeout(lastBytesMs)]);
}
