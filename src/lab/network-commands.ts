import {
  bridge,
  hostLayout,
  hostLink,
  labLayout,
  machineAddress,
  machinePort,
  networkOf,
} from "./lab-layout.ts";

export type Command = readonly string[];

/** A command that reads from its standard input what it is to do. */
export interface Batch {
  readonly command: Command;
  readonly input: string;
}

/**
 * The bridge stands in a namespace of its own, where nothing has an address: the machine's network is left alone but for one cable
 * with one address, and no device there answers in a host's place while it is not on the bridge. Pure, as all in this file.
 */
export function makeNetwork(lab: string, network: number): readonly Command[] {
  const { switch: inSwitch, machineLink } = labLayout(lab);
  return [
    ["ip", "netns", "add", inSwitch],
    ["ip", "-n", inSwitch, "link", "add", bridge, "type", "bridge", "stp_state", "0"],
    ["ip", "-n", inSwitch, "link", "set", bridge, "up"],
    ["ip", "link", "add", machineLink, "type", "veth", "peer", "name", machinePort, "netns", inSwitch],
    ["ip", "-n", inSwitch, "link", "set", machinePort, "master", bridge, "up"],
    ["ip", "address", "add", `${machineAddress(network)}/24`, "dev", machineLink],
    ["ip", "link", "set", machineLink, "up"],
  ];
}

/** The host's namespace has its address before the host boots, and keeps it when the host is off. */
export function connectHost(
  lab: string,
  { name, address }: { readonly name: string; readonly address: string },
  network: number,
): readonly Command[] {
  const { switch: inSwitch } = labLayout(lab);
  const { network: inHost, port } = hostLayout(lab, name);
  return [
    ["ip", "netns", "add", inHost],
    ["ip", "-n", inSwitch, "link", "add", port, "type", "veth", "peer", "name", hostLink, "netns", inHost],
    ["ip", "-n", inSwitch, "link", "set", port, "master", bridge, "up"],
    ["ip", "-n", inHost, "link", "set", "lo", "up"],
    ["ip", "-n", inHost, "address", "add", `${address}/24`, "dev", hostLink],
    ["ip", "-n", inHost, "link", "set", hostLink, "up"],
    ["ip", "-n", inHost, "route", "add", "default", "via", machineAddress(network)],
  ];
}

/** A line for each address of the machine that lies in the network, of whatever device. */
export function addressesIn(network: number): Command {
  return ["ip", "-oneline", "address", "show", "to", `${networkOf(network)}.0/24`];
}

/** The cable pulled out, or put back in; what is at its ends stays as it is. */
export function setLink(lab: string, host: string, state: "up" | "down"): Command {
  return ["ip", "-n", labLayout(lab).switch, "link", "set", hostLayout(lab, host).port, state];
}

/** Two ends for a wire to stand between a host's port and the bridge; not on the bridge yet, which would make a loop. */
export function makeWireEnds(lab: string, host: string): readonly Command[] {
  const { switch: inSwitch } = labLayout(lab);
  const { wireEnd, bridgeEnd } = hostLayout(lab, host);
  return [
    ["ip", "-n", inSwitch, "link", "add", wireEnd, "type", "veth", "peer", "name", bridgeEnd],
    ["ip", "-n", inSwitch, "link", "set", wireEnd, "up"],
    ["ip", "-n", inSwitch, "link", "set", bridgeEnd, "up"],
  ];
}

/** The wire takes the port's place on the bridge; connections of the host live through the moment between. */
export function putWireIn(lab: string, host: string): Batch {
  const { port, bridgeEnd } = hostLayout(lab, host);
  return swap(lab, port, bridgeEnd);
}

export function takeWireOut(lab: string, host: string): Batch {
  const { port, bridgeEnd } = hostLayout(lab, host);
  return swap(lab, bridgeEnd, port);
}

export function removeWireEnds(lab: string, host: string): Command {
  return ["ip", "-n", labLayout(lab).switch, "link", "delete", hostLayout(lab, host).wireEnd];
}

/** Which devices hand packets to a wire, and so must cut and sum them first. */
export function wireSenders(
  lab: string,
  host: string,
): readonly { readonly namespace: string; readonly device: string }[] {
  const { network, bridgeEnd } = hostLayout(lab, host);
  return [
    { namespace: network, device: hostLink },
    { namespace: labLayout(lab).switch, device: bridgeEnd },
  ];
}

/** Both in one go of one program, so that the moment between is short. */
function swap(lab: string, leaves: string, comes: string): Batch {
  return {
    command: ["ip", "-n", labLayout(lab).switch, "-batch", "-"],
    input: `link set ${leaves} nomaster\nlink set ${comes} master ${bridge}\n`,
  };
}

export interface Slowness {
  /** Added to a round trip: half of it each way. */
  readonly delayMs: number;
  /** Of the packets, each way, in per cent. */
  readonly lossPercent: number;
}

/** The kernel's own way, at both ends of the host's cable; it takes the place of what was there before. */
export function setNetem(lab: string, host: string, { delayMs, lossPercent }: Slowness): readonly Command[] {
  return cableEnds(lab, host).map(({ namespace, device }) => [
    "tc",
    "-n",
    namespace,
    "qdisc",
    "replace",
    "dev",
    device,
    "root",
    "netem",
    "limit",
    "20000",
    "delay",
    `${delayMs / 2}ms`,
    "loss",
    `${lossPercent}%`,
  ]);
}

export function removeNetem(lab: string, host: string): readonly Command[] {
  return cableEnds(lab, host).map(({ namespace, device }) => [
    "tc",
    "-n",
    namespace,
    "qdisc",
    "delete",
    "dev",
    device,
    "root",
  ]);
}

function cableEnds(lab: string, host: string) {
  const { network, port } = hostLayout(lab, host);
  return [
    { namespace: labLayout(lab).switch, device: port },
    { namespace: network, device: hostLink },
  ];
}
