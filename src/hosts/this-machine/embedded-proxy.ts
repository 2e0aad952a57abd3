import { isAbsolute, relative } from "node:path";
import { CozyError } from "../../errors/cozy-error.ts";
import { parseAccessLine } from "../../routing/access-log-lines.ts";
import { prove } from "../../routing/prove.ts";
import { inFlight, proxyState, writtenLogs } from "../../routing/proxy-control.ts";
import type { Proxy } from "../../routing/proxy-port.ts";
import type { RunPlaces } from "./places.ts";

export interface EmbeddedProxyParts {
  readonly places: RunPlaces;
  readonly address: string;
  readonly port: number;
  readonly tokenFile: string;
  readonly ensure: Proxy["ensure"];
}

/** The proxy that runs under the embedded supervisor, asked on its control socket. */
export function embeddedProxy({ places, address, port, tokenFile, ensure }: EmbeddedProxyParts): Proxy {
  const named = (socket: string): string => (isAbsolute(socket) ? relative(places.run, socket) : socket);
  const reachable = address === "0.0.0.0" ? "127.0.0.1" : address === "::" ? "::1" : address;
  return {
    ensure,
    async tableInUse(signal) {
      try {
        // Numbers of tables begin at 1: a proxy that has none yet is not at one that is in force.
        return (await proxyState(places.proxySocket, signal)).table ?? 0;
      } catch (error) {
        if (error instanceof CozyError && error.code === "proxy-not-running") return undefined;
        throw error;
      }
    },
    async inFlight(signal) {
      const counts = Object.entries(await inFlight(places.proxySocket, signal));
      return Object.fromEntries(counts.map(([socket, count]) => [named(socket), count]));
    },
    prove: (request, signal) => prove({ ...request, address: reachable, port, tokenFile }, signal),
    writtenLog: (signal) => writtenLogs(places.proxySocket, signal),
    parseLine: parseAccessLine,
  };
}
