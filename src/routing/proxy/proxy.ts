import { createServer, type Server } from "node:http";
import { Server as NetServer } from "node:net";
import { once } from "node:events";
import { CozyError, messageOf, systemCode } from "../../errors/cozy-error.ts";
import type { ProxyState } from "../proxy-protocol.ts";
import type { ProxySettingsFile } from "../proxy-settings.ts";
import { AccessLog } from "./access-log.ts";
import { accessText } from "./access-text.ts";
import type { Context } from "./context.ts";
import { frontOf } from "./front.ts";
import { Instances } from "./instance.ts";
import type { Note } from "./note.ts";
import { Peers } from "./peer.ts";
import { Proofs } from "./proofs.ts";
import { restAfterWork } from "./rest.ts";
import { Routes } from "./routes.ts";
import { upgradesOf } from "./upgrade.ts";

export interface Identity {
  readonly version: string;
  /** SHA-256 of the settings file. */
  readonly settingsHash: string;
}

/** The embedded proxy, put together: what listens, what serves, and how it ends. */
export class Proxy {
  readonly settings: ProxySettingsFile;
  readonly #identity: Identity;
  readonly #context: Context;
  readonly #instances: Instances;
  readonly #accessLog: AccessLog;
  readonly #server: Server;
  readonly #since = Date.now();

  constructor(settings: ProxySettingsFile, identity: Identity, note: Note) {
    this.settings = settings;
    this.#identity = identity;
    this.#accessLog = new AccessLog(settings.accessLog, note);
    this.#instances = new Instances(settings.timeouts);
    const rest = restAfterWork();
    this.#context = {
      settings,
      routes: new Routes(settings, this.#instances, note),
      peers: new Peers(settings.trustedPeers),
      proofs: new Proofs(settings.proofTokenFile, note),
      note,
      log: (line) => {
        this.#accessLog.write(accessText(line));
        rest.worked();
      },
      random: Math.random,
      draining: false,
    };
    this.#server = serverOf(this.#context);
  }

  /** Reads the table in force; after this only a port is missing. */
  async prepare(): Promise<void> {
    await this.#context.routes.start();
  }

  /** Listens on the settings' own port, or on what an earlier proxy hands over. */
  async listen(listener?: NetServer): Promise<void> {
    const { address, port } = this.settings;
    if (listener) this.#server.listen(listener);
    else this.#server.listen({ host: address, port, backlog: 1024 });
    try {
      await once(this.#server, "listening");
    } catch (error) {
      throw systemCode(error) === "EADDRINUSE" ? taken(address, port, error) : error;
    }
  }

  /** The listening socket, for the proxy that takes over. */
  get listener(): NetServer {
    return this.#server;
  }

  state(): ProxyState {
    // Whoever asks may want to count what was served until now.
    this.#accessLog.flush();
    const { routes, draining } = this.#context;
    const bound = this.#server.address();
    const inFlight = this.#instances
      .all()
      .map(({ socket, requests, streams }) => [socket, { requests, streams }] as const);
    return {
      format: 1,
      pid: process.pid,
      version: this.#identity.version,
      address: this.settings.address,
      port: typeof bound === "object" && bound !== null ? bound.port : this.settings.port,
      table: routes.table?.number ?? null,
      problem: routes.problem ?? null,
      since: this.#since,
      settings: this.#identity.settingsHash,
      draining,
      lostLogLines: this.#accessLog.lost,
      logWritten: true,
      instances: Object.fromEntries(inFlight),
    };
  }

  /** Accepts no more connections, lets what is in flight end within its time, and has everything written when the promise ends. */
  async drain(options: { readonly replaced: boolean }): Promise<void> {
    this.#context.draining = true;
    if (options.replaced) this.#accessLog.leaveRotation();
    await this.#connectionsEnd();
    this.#context.routes.stop();
    this.#accessLog.close();
  }

  async #connectionsEnd(): Promise<void> {
    const { requestsMs, streamsMs, idleMs } = this.settings.drain;
    const startedAt = performance.now();
    const ended = once(this.#server, "close");
    // Not http.Server.close(): that one closes idle connections at once, and a request may be on its way on any of them. This closes
    // our hold on the listening socket alone; where another proxy has it too, what waits to be accepted stays with that one.
    NetServer.prototype.close.call(this.#server);
    const tick = setInterval(() => {
      const waitedMs = performance.now() - startedAt;
      if (waitedMs > idleMs) this.#server.closeIdleConnections();
      const streams = this.#instances.all().some((instance) => instance.streams > 0);
      if (waitedMs > (streams ? streamsMs : requestsMs)) this.#server.closeAllConnections();
      if (waitedMs > Math.max(requestsMs, streamsMs)) this.#server.emit("close");
    }, 100);
    await ended;
    clearInterval(tick);
  }
}

function serverOf(context: Context): Server {
  const { timeouts } = context.settings;
  const server = createServer({
    // Strict parsing is the first defence against smuggled requests; it must not depend on a flag of the command line.
    insecureHTTPParser: false,
    requireHostHeader: true,
    keepAlive: true,
    noDelay: true,
    headersTimeout: timeouts.requestHeadMs,
    // A large upload on a slow line is no attack; a body that stops is seen by its own time-out.
    requestTimeout: 0,
    keepAliveTimeout: timeouts.keepAliveMs,
    connectionsCheckingInterval: Math.min(5_000, Math.max(250, timeouts.requestHeadMs / 4)),
    maxHeaderSize: 32 * 1024,
  });
  const front = frontOf(context);
  server.on("request", front.onRequest);
  server.on("checkContinue", front.onCheckContinue);
  server.on("upgrade", upgradesOf(context));
  return server;
}

function taken(address: string, port: number, cause: unknown): CozyError {
  return new CozyError("proxy-port-taken", {
    message: `The proxy can't listen on ${address}:${port}: ${messageOf(cause)}.`,
    state: "The proxy was not started.",
    next: `Find the program that holds the port (ss -ltnp 'sport = :${port}'), or set another port in cozy.config.ts.`,
    cause,
  });
}
