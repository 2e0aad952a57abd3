import * as fc from "fast-check";
import { BlockList, isIP } from "node:net";
import { describe, expect, it } from "vitest";
import { domainFault, hostAddressFault, isEverybody, networkFault } from "./network-names.ts";

describe("the address of a server", () => {
  it.each(["web-1", "web_1.internal", "WEB-1.example.org", "10.0.0.1", "::1", "2001:db8::5", "a"])(
    "may be %s",
    (text) => {
      expect(hostAddressFault(text)).toBeUndefined();
    },
  );

  it.each([
    "",
    "-web",
    "web-",
    "web 1",
    "a..b",
    "ada@web",
    "web:22",
    "ssh://web",
    "10.0.0",
    "fe80::1%eth0",
    "web;ls",
    "$(ls)",
  ])("can't be %j", (text) => {
    expect(hostAddressFault(text)).toMatch(/^(?:but|which) /);
  });

  it("lets nothing through that a shell or ssh takes for more than a name", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii" }), (text) => {
        expect(hostAddressFault(text) !== undefined || /^[\w:][\w.:-]*$/.test(text)).toBe(true);
      }),
    );
  });
});

describe("a network", () => {
  it.each([
    "10.0.0.1",
    "10.0.0.0/8",
    "0.0.0.0/0",
    "192.0.2.8/29",
    "10.0.0.1/32",
    "2001:db8::/32",
    "::/0",
    "2001:DB8::5/128",
    "2001:db8:0:0:0:0:0:0/33",
    "::1",
  ])("may be %s", (text) => {
    expect(networkFault(text)).toBeUndefined();
  });

  it.each([
    ["10.0.0.5/24", 'but the network is "10.0.0.0/24"'],
    ["192.0.2.9/29", 'but the network is "192.0.2.8/29"'],
    ["2001:db8::5/64", 'but the network is "2001:db8::/64"'],
    ["2001:db8:ffff::/33", 'but the network is "2001:db8:8000::/33"'],
    ["10.0.0.0/33", "but a network of IPv4 ends in a number from /0 to /32"],
    ["::/129", "but a network of IPv6 ends in a number from /0 to /128"],
    ["10.0.0.0/08", "but a network of IPv4"],
    ["10.0.0.0/", "but a network of IPv4"],
    ["10.0.0.0/8/8", "but must be"],
    ["example.org", "but must be"],
  ])("can't be %s", (text, reason) => {
    expect(networkFault(text)).toContain(reason);
  });

  it("names the network that any address lies in", () => {
    const addresses = fc.oneof(
      fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
      fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })),
    );
    fc.assert(
      fc.property(addresses, ([address, prefix]) => {
        const told = networkFault(`${address}/${prefix}`);
        if (told === undefined) return;
        const [, first = ""] = /"(.*)\/\d+"/.exec(told) ?? [];
        expect(networkFault(`${first}/${prefix}`)).toBeUndefined();
        const family = isIP(address) === 4 ? "ipv4" : "ipv6";
        const list = new BlockList();
        list.addSubnet(first, prefix, family);
        expect(list.check(address, family)).toBe(true);
      }),
    );
  });

  it("is everybody where it holds every address", () => {
    expect(["0.0.0.0/0", "::/0"].every(isEverybody)).toBe(true);
    expect(["10.0.0.0/8", "10.0.0.10", "2001:db8::/10"].some(isEverybody)).toBe(false);
  });
});

describe("a domain name", () => {
  it.each(["example.org", "a.b.c.example", "xn--bcher-kva.example", "1.example"])("may be %s", (text) => {
    expect(domainFault(text)).toBeUndefined();
  });

  it("lets nothing through that nginx takes for more than a name", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.domain()), (text) => {
        expect(domainFault(text) !== undefined || /^[a-z\d.-]+$/.test(text)).toBe(true);
      }),
    );
  });

  it("never throws, and tells a name in another script as browsers send it", () => {
    expect(domainFault("bücher.example")).toContain('"xn--bcher-kva.example"');
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => typeof domainFault(text) !== "number"));
  });
});
