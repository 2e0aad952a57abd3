import type { Client as UndiciClient } from "undici";
import "./undici-raw-headers.ts";
import Client from "undici/lib/dispatcher/client.js";
import { instanceOf, releaseOf } from "../route-table.ts";
import { connectorTo } from "./instance-socket.ts";

/** What a connection is for: requests with a body need sockets with more patience; see `instance-socket.ts`. */
export type Use = "plain" | "body";

export interface InstanceTimeouts {
  readonly connectMs: number;
  readonly answerMs: number;
}

/**
 * A web instance as the proxy sees it: its pooled connections and what is in flight. One undici client is one connection that carries
 * one request at a time.
 */
export class Instance {
  readonly socket: string;
  readonly release: string;
  readonly name: string;
  requests = 0;
  streams = 0;
  #retired = false;
  readonly #idle: Record<Use, UndiciClient[]> = { plain: [], body: [] };
  readonly #timeouts: InstanceTimeouts;

  constructor(socket: string, timeouts: InstanceTimeouts) {
    this.socket = socket;
    this.release = releaseOf(socket);
    this.name = instanceOf(socket);
    this.#timeouts = timeouts;
  }

  /** The connection that was used last, since it is the least likely to have been closed meanwhile; else a new one. */
  take(use: Use): UndiciClient {
    return this.#idle[use].pop() ?? this.fresh(use);
  }

  /** A connection that nothing was ever sent on. */
  fresh(use: Use): UndiciClient {
    return new Client("http://instance", {
      connect: connectorTo(this.socket, this.#timeouts.connectMs, use === "body"),
      allowH2: false,
      pipelining: 1,
      headersTimeout: this.#timeouts.answerMs,
      bodyTimeout: 0,
      // Shorter than the shortest default of the common application servers (gunicorn closes after 2 s), so that a request is not
      // sent on a connection that its instance is just closing.
      keepAliveTimeout: 1_000,
      keepAliveMaxTimeout: 3_000,
      maxHeaderSize: 64 * 1024,
    });
  }

  /** Puts a connection back after a whole answer. */
  give(client: UndiciClient, use: Use): void {
    const idle = this.#idle[use];
    if (this.#retired || idle.length >= mostIdle) void client.close();
    else idle.push(client);
  }

  /** Puts away a connection that something went wrong on. */
  discard(client: UndiciClient): void {
    void client.destroy();
  }

  /** It left the table: what is in flight goes on, and its idle connections are closed. */
  retire(): void {
    this.#retired = true;
    for (const idle of Object.values(this.#idle)) {
      for (const client of idle.splice(0)) void client.close();
    }
  }

  /** It is in the table again. */
  revive(): void {
    this.#retired = false;
  }

  get busy(): boolean {
    return this.requests + this.streams > 0;
  }
}

const mostIdle = 256;

/** All instances of the table in force, and those that left it and still have something in flight. */
export class Instances {
  readonly #bySocket = new Map<string, Instance>();
  readonly #timeouts: InstanceTimeouts;

  constructor(timeouts: InstanceTimeouts) {
    this.#timeouts = timeouts;
  }

  /** The instances of a new table, by bucket; those that are in it no more are retired. */
  change(sockets: readonly string[]): Instance[] {
    const wanted = new Set(sockets);
    for (const [socket, instance] of this.#bySocket) {
      if (wanted.has(socket)) continue;
      instance.retire();
      if (!instance.busy) this.#bySocket.delete(socket);
    }
    return sockets.map((socket) => this.#of(socket));
  }

  all(): readonly Instance[] {
    return [...this.#bySocket.values()];
  }

  #of(socket: string): Instance {
    const known = this.#bySocket.get(socket);
    if (known) {
      known.revive();
      return known;
    }
    const instance = new Instance(socket, this.#timeouts);
    this.#bySocket.set(socket, instance);
    return instance;
  }
}
