import { connect, type Socket } from "node:net";

export interface Upstream {
  readonly host: string;
  readonly port: number;
}

/**
 * Passes bytes both ways, each as fast as the other side takes them. The end of one direction is passed on as such and leaves the other
 * open; an error ends both, since what was in flight can't be told to be whole.
 */
export function passBytes(client: Socket, { host, port }: Upstream, onRefused: () => void): void {
  const upstream = connect({ host, port, noDelay: true, allowHalfOpen: true });
  upstream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "ECONNREFUSED") onRefused();
    client.destroy();
  });
  client.on("error", () => upstream.destroy());
  client.pipe(upstream);
  upstream.pipe(client);
}
