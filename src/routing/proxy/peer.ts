import { BlockList, isIPv6 } from "node:net";
import type { Socket } from "node:net";

/** Who is at the other end of a client's connection; looked at once a connection. */
export interface Peer {
  readonly address: string;
  /** Its `X-Forwarded-*` headers are believed. */
  readonly trusted: boolean;
}

export class Peers {
  readonly #trusted = new BlockList();
  readonly #known = new WeakMap<Socket, Peer>();

  constructor(trusted: readonly string[]) {
    for (const entry of trusted) {
      const [address = "", prefix] = entry.split("/");
      const family = isIPv6(address) ? "ipv6" : "ipv4";
      if (prefix === undefined) this.#trusted.addAddress(address, family);
      else this.#trusted.addSubnet(address, Number(prefix), family);
    }
  }

  of(socket: Socket): Peer {
    const known = this.#known.get(socket);
    if (known) return known;
    // An IPv4 client of a socket that listens on both families has an address such as ::ffff:192.0.2.1.
    const address = (socket.remoteAddress ?? "").replace(/^::ffff:/, "");
    const trusted = address !== "" && this.#trusted.check(address, isIPv6(address) ? "ipv6" : "ipv4");
    const peer = { address, trusted };
    this.#known.set(socket, peer);
    return peer;
  }
}
