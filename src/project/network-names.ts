import { isIP } from "node:net";
import { domainToASCII } from "node:url";

// Each gives what is wrong with a text, in words that complete "… is `text`, ", or nothing.

/** What `ssh` can connect to: a name (also one that only the deployer's own SSH settings know) or an IP address. */
export function hostAddressFault(text: string): string | undefined {
  if (isIP(text) !== 0 && !text.includes("%")) return undefined;
  if (text.includes("://")) return "but must be the address alone, without what stands before `://`";
  if (text.includes("@"))
    return "but the user is told by `user` and `setupUser`: write only what follows the `@`";
  if (/^[^:]+:\d+$/.test(text)) return "but the port of sshd is told apart: write `{ address: …, port: … }`";
  if (/^[\d.]+$/.test(text)) return "which is no IPv4 address";
  return isHostName(text, "_") ? undefined : "but must be the name or the IP address of a server";
}

/** An IP address, or a network such as `10.0.0.0/24`. */
export function networkFault(text: string): string | undefined {
  const [address = "", prefix, ...more] = text.split("/");
  const family = isIP(address);
  if (family === 0 || more.length > 0 || address.includes("%"))
    return 'but must be an IP address or a network, such as "10.0.0.0/24"';
  if (prefix === undefined) return undefined;
  const longest = family === 4 ? 32 : 128;
  if (!/^(?:0|[1-9]\d{0,2})$/.test(prefix) || Number(prefix) > longest)
    return `but a network of IPv${family} ends in a number from /0 to /${longest}`;
  const first = firstOf(address, Number(prefix));
  const same = family === 4 ? first === address : first === shortest(address);
  return same ? undefined : `but the network is "${first}/${prefix}"`;
}

/** Whether a network holds every address of its family. */
export function isEverybody(network: string): boolean {
  return network.endsWith("/0");
}

/** The name of a site. */
export function domainFault(text: string): string | undefined {
  if (text.includes("://") || /[/?#]/.test(text))
    return "but must be the name alone, without scheme and path";
  if (/:\d+$/.test(text)) return "but must be the name alone: sites are served on ports 80 and 443";
  if (isIP(text) !== 0) return "but is an address; leave `domains` out where a site has no name";
  if (text.includes("*")) return "but each name must be written out; `*` stands for none";
  const plain = text === text.toLowerCase() ? text : text.toLowerCase();
  if (isHostName(plain, "") && plain.includes("."))
    return plain === text ? undefined : `but must be in small letters: "${plain}"`;
  const ascii = domainToASCII(text);
  if (ascii !== "" && ascii !== text && isHostName(ascii, ""))
    return `but must be written as browsers send it: "${ascii}"`;
  return 'but must be a whole domain name, such as "shop.example.org"';
}

function isHostName(text: string, beside: "" | "_"): boolean {
  const label = beside === "" ? /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i : /^[a-z\d](?:[\w-]{0,61}[a-z\d])?$/i;
  return text.length <= 253 && text.split(".").every((part) => label.test(part));
}

/** The first address of a network, in its shortest form. */
function firstOf(address: string, prefix: number): string {
  const [sizes, length] = isIP(address) === 4 ? [8, 32] : [16, 128];
  const parts = isIP(address) === 4 ? address.split(".").map(Number) : groupsOf(address);
  const bits = parts.reduce((all, part) => (all << BigInt(sizes)) | BigInt(part), 0n);
  const spare = BigInt(length - prefix);
  const first = (bits >> spare) << spare;
  const kept = parts.map((_, i) =>
    Number((first >> BigInt(length - sizes * (i + 1))) & ((1n << BigInt(sizes)) - 1n)),
  );
  return sizes === 8 ? kept.join(".") : shortest(kept.map((group) => group.toString(16)).join(":"));
}

/** The eight numbers of an IPv6 address. */
function groupsOf(address: string): number[] {
  const [head = "", tail] = shortest(address).split("::");
  const numbers = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const [before, after] = [numbers(head), numbers(tail ?? "")];
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

function shortest(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}
