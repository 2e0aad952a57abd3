import { listed } from "../shared/words.ts";

/** Who waits for connections on a host. */
export interface Listener {
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  /** Reached from the host itself alone. */
  readonly isLocal: boolean;
  /** `undefined` for the kernel's own, such as WireGuard. */
  readonly program: string | undefined;
}

/** Pure: from what `ss -Hltunp` says, a socket a line. */
export function parseListeners(text: string): readonly Listener[] {
  return text.split("\n").flatMap((line) => {
    const [protocol, , , , local = ""] = line.trim().split(/\s+/);
    const [, address = "", port] = /^(.*):(\d+)$/.exec(local) ?? [];
    if ((protocol !== "tcp" && protocol !== "udp") || port === undefined) return [];
    const [, program] = /users:\(\("([^"]+)"/.exec(line) ?? [];
    return [{ protocol, port: Number(port), isLocal: isLoopback(address), program }];
  });
}

/** In words, what a firewall that lets in these TCP ports alone keeps out from now on; nothing where that is nothing. Pure. */
export function closedText(listeners: readonly Listener[], open: readonly number[]): string | undefined {
  const closed = listeners.filter((one) => !one.isLocal && !open.includes(one.port) && isServed(one));
  const texts = closed
    .toSorted((one, other) => one.port - other.port)
    .map(
      ({ protocol, port, program }) =>
        `${port}${protocol === "udp" ? "/udp" : ""}${program === undefined ? "" : ` (${program})`}`,
    );
  return texts.length === 0 ? undefined : listed([...new Set(texts)]);
}

/** A client's own UDP socket looks like a server's: its port is one that the kernel chose. DHCP is let in. */
function isServed({ protocol, port, program }: Listener): boolean {
  if (protocol === "tcp") return true;
  return port !== 68 && port !== 546 && (port < 32_768 || program === undefined);
}

function isLoopback(address: string): boolean {
  return address.endsWith("%lo") || /^(127\.|\[::1\]|\[::ffff:127\.)/.test(address);
}
