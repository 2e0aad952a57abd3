import { BlockList, isIPv6 } from "node:net";
import type { Client } from "./web.ts";

/** Machines of our own: this one, and those on its private network. */
const ours = new BlockList();
ours.addSubnet("127.0.0.0", 8);
ours.addSubnet("10.0.0.0", 8);
ours.addSubnet("172.16.0.0", 12);
ours.addSubnet("192.168.0.0", 16);
ours.addAddress("::1", "ipv6");
ours.addSubnet("fc00::", 7, "ipv6");

export type Connection = {
  /** Undefined on a unix socket. */
  peer: string | undefined;
  forwardedFor: string | undefined;
  forwardedProto: string | undefined;
};

/**
 * Who asks, as far as it can be believed: headers count only where a machine of ours has set them, and then the
 * last address that isn't ours, since everything to the left of it is the client's own claim.
 */
export function clientOf({ peer, forwardedFor, forwardedProto }: Connection): Client {
  if (peer !== undefined && !isOurs(peer)) return { address: peer, https: false };
  const chain = (forwardedFor ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
  const address = chain.findLast((each) => !isOurs(each)) ?? chain[0] ?? peer ?? "unix";
  return { address: address.slice(0, 64), https: forwardedProto === "https" };
}

function isOurs(address: string): boolean {
  const plain = address.replace(/^::ffff:/, "");
  return ours.check(plain, isIPv6(plain) ? "ipv6" : "ipv4");
}
