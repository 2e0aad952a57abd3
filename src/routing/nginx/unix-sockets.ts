import { readFile } from "node:fs/promises";

/** A unix socket that is bound to a path, as the kernel lists it. */
export interface UnixSocket {
  /** As its program named it when it began to listen; connections that it accepted bear it too. */
  readonly path: string;
  /** Its number: the same as long as it is there. 0 for a connection that waits to be accepted. */
  readonly inode: number;
  readonly state: "listening" | "connected" | "waiting" | "other";
}

/** Those of this machine, or of the network namespace that this process is in. */
export async function readUnixSockets(file = "/proc/net/unix"): Promise<readonly UnixSocket[]> {
  return parseUnixSockets(await readFile(file, "utf8"));
}

/**
 * Pure. A line: address, references, protocol, flags, type, state, inode, and the path, which may hold spaces. Those without a path
 * (clients) and abstract ones (`@…`) are left out, as are sockets that are no streams.
 */
export function parseUnixSockets(text: string): readonly UnixSocket[] {
  return text.split("\n").flatMap((line) => {
    const [, flags, type, state, inode, path] =
      /^[0-9a-f]+: [0-9A-F]+ [0-9A-F]+ ([0-9A-F]+) ([0-9A-F]+) ([0-9A-F]+) +(\d+) (\/.*)$/.exec(line) ?? [];
    if (path === undefined || Number.parseInt(type ?? "", 16) !== stream) return [];
    const listens = (Number.parseInt(flags ?? "", 16) & acceptsConnections) !== 0;
    return [{ path, inode: Number(inode), state: listens ? "listening" : (states[state ?? ""] ?? "other") }];
  });
}

const stream = 1;
const acceptsConnections = 0x10000;
const states: Readonly<Record<string, UnixSocket["state"]>> = { "02": "waiting", "03": "connected" };
