import { lookup } from "node:dns/promises";
import { CozyError, messageOf } from "../errors/cozy-error.ts";
import type { ServerHost } from "../project/servers.ts";

interface Found {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a name. */
export type LookUp = (name: string) => Promise<readonly Found[]>;

/**
 * The IP address by which the other servers pass on what a certificate authority asks for. It is written into nginx's files, so it is the
 * same one whoever sets up and in whatever order a name's addresses come.
 */
export async function firstAddress(first: ServerHost, lookUp: LookUp = allAddresses): Promise<string> {
  try {
    const found = [...(await lookUp(first.address))].sort(before);
    if (found[0] === undefined) throw new Error("it has no address");
    return found[0].address;
  } catch (error) {
    throw new CozyError("setup-address-unknown", {
      message: `The other servers pass the certificate authority's question on to ${first.name}, and "${first.address}" is no name that has an IP address: ${messageOf(error)}`,
      state: "Nothing was changed.",
      next: `Write the address that the servers reach it by into servers(…): { name: "${first.name}", address: "10.0.0.1" }`,
    });
  }
}

function allAddresses(name: string): Promise<readonly Found[]> {
  return lookup(name, { all: true });
}

/** IPv4 first: a server may have no IPv6, and hardly any has IPv6 alone. */
function before(one: Found, other: Found): number {
  return one.family - other.family || (one.address < other.address ? -1 : 1);
}
