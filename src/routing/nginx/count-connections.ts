import { join } from "node:path";
import type { InFlight } from "../../hosts/host.ts";
import type { UnixSocket } from "./unix-sockets.ts";

/** From which age on a connection counts as a stream, in milliseconds. */
const streamMs = 5_000;

export interface ConnectionCounter {
  /** Requests and streams by instance, named relative to the run folder. */
  count(sockets: readonly UnixSocket[], now: number): Readonly<Record<string, InFlight>>;
}

/**
 * nginx opens a connection to an instance for each request, so what is in flight are the connections that the instance's socket has.
 * The kernel does not tell requests from streams. What is connected for long is taken for a stream: a request that takes so long then
 * gets the streams' deadline to end in, which is the longer one, and a stream is never cut at the requests' deadline. How long a
 * connection has been there is known from the first look on.
 */
export function connectionCounter(runFolders: readonly string[]): ConnectionCounter {
  let firstSeen = new Map<number, number>();
  return {
    count(sockets, now) {
      const still = new Map<number, number>();
      const counts: Record<string, { requests: number; streams: number }> = {};
      for (const { path, inode, state } of sockets) {
        const name = relativeTo(runFolders, path);
        if (name === undefined || (state !== "connected" && state !== "waiting")) continue;
        const since = (state === "connected" ? firstSeen.get(inode) : undefined) ?? now;
        if (state === "connected") still.set(inode, since);
        const count = (counts[name] ??= { requests: 0, streams: 0 });
        if (now - since >= streamMs) count.streams += 1;
        else count.requests += 1;
      }
      firstSeen = still;
      return counts;
    },
  };
}

/** A socket may have been bound by the short name of the run folder, or by the real one. */
export function relativeTo(runFolders: readonly string[], path: string): string | undefined {
  const folder = runFolders.find((one) => path.startsWith(join(one, "/")));
  return folder === undefined ? undefined : path.slice(join(folder, "/").length);
}
