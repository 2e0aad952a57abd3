import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** How long a connection that has not asked anything yet may still do so. */
const FIRST_REQUEST_GRACE_MS = 300;

export type Drain = {
  inFlight: () => number;
  /** Takes no new connection, answers what was asked, and resolves when the last connection has gone. */
  stop: () => Promise<void>;
};

/** Watches a server's requests, so that it can end without cutting one off. Must be set up before it listens. */
export function drainable(server: Server): Drain {
  const requests = new Set<ServerResponse>();
  const sockets = new Set<Socket>();
  let stopping = false;

  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.prependListener("request", (_request: IncomingMessage, response: ServerResponse) => {
    requests.add(response);
    if (stopping) sayGoodbye(response);
    response.once("close", () => {
      requests.delete(response);
      // One whose head was out before we stopped has promised to keep the connection: it is idle now.
      if (stopping) setImmediate(() => server.closeIdleConnections());
    });
  });

  return {
    inFlight: () => requests.size,
    stop: async () => {
      stopping = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const response of requests) sayGoodbye(response);
      // Node counts a connection as idle only after its first request, so one without any would keep us here.
      const timer = setTimeout(() => {
        const busy = new Set([...requests].map((response) => response.socket));
        for (const socket of sockets) if (!busy.has(socket)) socket.destroy();
      }, FIRST_REQUEST_GRACE_MS);
      await closed;
      clearTimeout(timer);
    },
  };
}

/** Tells the other side to ask its next question elsewhere. */
function sayGoodbye(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader("Connection", "close");
}
