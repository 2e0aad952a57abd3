import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { clientOf } from "../../src/web/client.ts";

describe("the client's address", () => {
  const cases: [what: string, peer: string | undefined, forwardedFor: string | undefined, address: string][] =
    [
      ["is the peer's where no proxy is between", "203.0.113.5", undefined, "203.0.113.5"],
      ["is not what a stranger claims", "203.0.113.5", "198.51.100.1", "203.0.113.5"],
      ["is what a proxy on this machine says", "127.0.0.1", "203.0.113.5", "203.0.113.5"],
      ["is what a proxy says over a unix socket", undefined, "203.0.113.5", "203.0.113.5"],
      [
        "is the last that isn't ours, whatever the client claims",
        "::1",
        "1.2.3.4, 203.0.113.5, 10.0.0.7",
        "203.0.113.5",
      ],
      ["is read through IPv4 in IPv6", "::ffff:10.0.0.7", "203.0.113.5", "203.0.113.5"],
      ["is the peer's where the proxy says nothing", "10.0.0.7", undefined, "10.0.0.7"],
      ["is called unix where nobody says anything", undefined, undefined, "unix"],
      ["is never long", "127.0.0.1", "x".repeat(5_000), "x".repeat(64)],
    ];
  for (const [what, peer, forwardedFor, address] of cases) {
    it(what, () => {
      assert.equal(clientOf({ peer, forwardedFor, forwardedProto: undefined }).address, address);
    });
  }

  it("comes with https only where a machine of ours says so", () => {
    const https = (peer: string) =>
      clientOf({ peer, forwardedFor: undefined, forwardedProto: "https" }).https;
    assert.deepEqual([https("127.0.0.1"), https("203.0.113.5")], [true, false]);
  });
});
