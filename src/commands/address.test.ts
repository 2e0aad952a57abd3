import { describe, expect, it } from "vitest";
import { acme, noCertificate, servers } from "../index.ts";
import { normaliseDomains, normaliseServers } from "../project/normalise-servers.ts";
import { addressOf } from "./address.ts";

const folders = { root: "/shop", homeFolder: "/home/ada" };
const canonical = "shop.example.org";
const plain = normaliseDomains({ canonical, certificate: noCertificate() }, folders);

describe("where a site can be looked at", () => {
  it.each([
    ["127.0.0.1", "http://127.0.0.1:8080"],
    ["0.0.0.0", "http://localhost:8080"],
    ["::1", "http://[::1]:8080"],
  ])("on this machine at %s", (address, expected) => {
    expect(addressOf({ target: { kind: "this-machine", port: 8080, address }, domains: undefined })).toBe(
      expected,
    );
  });

  it("on servers under its name, with TLS where there is any", () => {
    const target = normaliseServers(servers(["web-1", "web-2"]), folders);
    const behind = normaliseServers(
      servers(["web-1"], { balancer: { from: ["10.0.0.5"], endsTls: true } }),
      folders,
    );
    const certified = normaliseDomains(
      { canonical, certificate: acme({ email: "ops@example.org" }) },
      folders,
    );
    expect(addressOf({ target, domains: certified })).toBe("https://shop.example.org");
    expect(addressOf({ target, domains: plain })).toBe("http://shop.example.org");
    expect(addressOf({ target: behind, domains: plain })).toBe("https://shop.example.org");
    expect(addressOf({ target, domains: undefined })).toBe("http://web-1");
  });
});
