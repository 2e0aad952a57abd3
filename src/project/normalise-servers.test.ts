import { describe, expect, it } from "vitest";
import { acme, fromEnvironment, givenCertificate, host, noCertificate, servers } from "../index.ts";
import { normaliseAccess, normaliseDomains, normaliseHttp, normaliseServers } from "./normalise-servers.ts";

const folders = { root: "/shop", homeFolder: "/home/ada" };

describe("servers", () => {
  it("are filled in from their addresses alone", () => {
    expect(normaliseServers(servers(["web-1.example.org"]), folders)).toEqual({
      kind: "servers",
      hosts: [{ name: "web-1.example.org", address: "web-1.example.org", sshPort: 22 }],
      user: "cozy",
      setupUser: "root",
      identity: undefined,
      parallel: 10,
      unreachable: { kind: "abort" },
      balancer: undefined,
      openPorts: [],
    });
  });

  it("keep what the file says, with files as absolute paths", () => {
    const target = servers([{ address: "10.0.0.12", name: "web-2", port: 2222 }], {
      user: "ship",
      setupUser: "ada",
      identity: "~/.ssh/deploy",
      parallel: 3,
      unreachable: { goOnWithout: 1 },
      balancer: { from: ["10.0.0.0/24"], leave: "2s", endsTls: true },
      openPorts: [8025],
    });
    expect(normaliseServers(target, folders)).toEqual({
      kind: "servers",
      hosts: [{ name: "web-2", address: "10.0.0.12", sshPort: 2222 }],
      user: "ship",
      setupUser: "ada",
      identity: "/home/ada/.ssh/deploy",
      parallel: 3,
      unreachable: { kind: "go-on", atMost: 1 },
      balancer: { from: ["10.0.0.0/24"], readyPath: "/balancer", leaveMs: 2_000, endsTls: true },
      openPorts: [8025],
    });
  });
});

describe("the server that builds", () => {
  const builderOf = (...builder: Parameters<typeof host>) => {
    const list = ["web-1", { address: "10.0.0.12", name: "web-2", port: 2222 }] as const;
    return normaliseServers(servers(list, { builder: host(...builder) }), folders);
  };

  it("is one of the list by its name or by its place", () => {
    for (const one of [builderOf("web-2"), builderOf("10.0.0.12", { name: "other", port: 2222 })]) {
      expect(one.builder).toBe(one.hosts[1]);
    }
    const first = builderOf("web-1");
    expect(first.builder).toBe(first.hosts[0]);
  });

  it("is one of its own else", () => {
    expect(builderOf("10.0.0.12").builder).toEqual({ name: "10.0.0.12", address: "10.0.0.12", sshPort: 22 });
    expect(builderOf("web-1", { name: "build", port: 2022 }).builder).toEqual({
      name: "build",
      address: "web-1",
      sshPort: 2022,
    });
  });
});

describe("a site", () => {
  it("has a certificate of each kind", () => {
    const canonical = "shop.example.org";
    const of = (certificate: Parameters<typeof normaliseDomains>[0]["certificate"]) =>
      normaliseDomains({ canonical, certificate }, folders);
    expect(of(acme({ email: "ops@example.org" }))).toEqual({
      canonical,
      redirects: [],
      certificate: { kind: "acme", email: "ops@example.org", directory: undefined, directoryRoot: undefined },
    });
    expect(of(givenCertificate({ chain: "tls/chain.pem", key: "/keys/key.pem" })).certificate).toEqual({
      kind: "given",
      chain: "/shop/tls/chain.pem",
      key: "/keys/key.pem",
    });
    expect(of(noCertificate()).certificate).toEqual({ kind: "none" });
  });

  it("asks for a password under a name of its own, or the one that is given", () => {
    const of = (name?: string) =>
      normaliseAccess({ password: { user: "team", value: fromEnvironment(name) } });
    expect(of()).toEqual({
      password: { user: "team", value: { from: "environment", name: "ACCESS_PASSWORD" } },
      addresses: [],
    });
    expect(of("SITE").password?.value).toEqual({ from: "environment", name: "SITE" });
  });

  it("is hidden from search engines everywhere but in production, unless told otherwise", () => {
    expect(normaliseHttp({}, "staging").noindex).toBe(true);
    expect(normaliseHttp({}, "production").noindex).toBe(false);
    expect(normaliseHttp({ noindex: false }, "staging").noindex).toBe(false);
  });

  it("tells browsers for two years to come by HTTPS alone, unless told otherwise", () => {
    const twoYears = 730 * 86_400_000;
    expect(normaliseHttp({}, "production").hsts).toEqual({ maxAgeMs: twoYears, includeSubDomains: true });
    expect(normaliseHttp({ hsts: { includeSubDomains: false } }, "production").hsts).toEqual({
      maxAgeMs: twoYears,
      includeSubDomains: false,
    });
    expect(normaliseHttp({ hsts: { maxAge: "1h" } }, "production").hsts).toEqual({
      maxAgeMs: 3_600_000,
      includeSubDomains: true,
    });
    expect(normaliseHttp({ hsts: false }, "production").hsts).toBeUndefined();
  });

  it("has limits in bytes and milliseconds", () => {
    const rules = normaliseHttp({ maxBody: "2MB", answerWithin: "5s", rate: { perSecond: 20 } }, "staging");
    expect(rules).toMatchObject({
      maxBodyBytes: 2_097_152,
      answerMs: 5_000,
      rate: { perSecond: 20, burst: 40 },
    });
  });
});
