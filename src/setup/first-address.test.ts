import { describe, expect, it } from "vitest";
import { firstAddress, type LookUp } from "./first-address.ts";

const first = { name: "web-1", address: "web-1.example.org", sshPort: 22 };
const having =
  (...addresses: readonly string[]): LookUp =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

describe("the address of the first server", () => {
  it("is the same in whatever order a name's addresses come", async () => {
    for (const order of [
      ["2001:db8::1", "10.0.0.2", "10.0.0.1"],
      ["10.0.0.1", "10.0.0.2", "2001:db8::1"],
    ]) {
      expect(await firstAddress(first, having(...order))).toBe("10.0.0.1");
    }
  });

  it("is IPv6 where there is no other", async () => {
    expect(await firstAddress(first, having("2001:db8::2", "2001:db8::1"))).toBe("2001:db8::1");
  });

  it("is itself where it is one", async () => {
    expect(await firstAddress({ ...first, address: "127.0.0.1" })).toBe("127.0.0.1");
  });

  it.each([
    ["a name that only the deployer's SSH knows", { address: "web-1.invalid" }, undefined],
    ["a name without addresses", {}, having()],
  ])("is asked for where there is none: %s", async (_, change, lookUp) => {
    await expect(firstAddress({ ...first, ...change }, lookUp)).rejects.toMatchObject({
      code: "setup-address-unknown",
      next: expect.stringContaining('{ name: "web-1", address: '),
    });
  });
});
