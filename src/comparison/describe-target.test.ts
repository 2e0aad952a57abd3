import { describe, expect, it } from "vitest";
import { fromSecrets, givenCertificate, host, servers } from "../index.ts";
import {
  normaliseAccess,
  normaliseDomains,
  normaliseHttp,
  normaliseServers,
} from "../project/normalise-servers.ts";
import { describeTarget } from "./describe-target.ts";

const folders = { root: "/shop", homeFolder: "/home/ada" };

describe("what an environment runs on, in words", () => {
  it("says nothing of rules that the proxy of this machine does not have", () => {
    const target = { kind: "this-machine", port: 8080, address: "127.0.0.1" } as const;
    const http = normaliseHttp({}, "local");
    expect(describeTarget({ target, domains: undefined, access: undefined, http })).toEqual({
      target: "this-machine",
      "target port": "8080",
      "target address": "127.0.0.1",
    });
  });

  it("tells all that can differ between servers", () => {
    const described = describeTarget({
      target: normaliseServers(
        servers([{ address: "10.0.0.12", name: "web-2", port: 2222 }], {
          balancer: { from: ["10.0.0.0/24"] },
          builder: host("10.0.0.30"),
          openPorts: [8025],
        }),
        folders,
      ),
      domains: normaliseDomains(
        {
          canonical: "shop.example.org",
          redirects: ["www.shop.example.org"],
          certificate: givenCertificate({ chain: "chain.pem", key: "key.pem" }),
        },
        folders,
      ),
      access: normaliseAccess({
        password: { user: "team", value: fromSecrets("SITE") },
        addresses: ["10.0.0.0/8"],
      }),
      http: normaliseHttp({ rate: { perSecond: 20 } }, "production"),
    });
    expect(described).toEqual({
      target: "servers",
      "host web-2": "10.0.0.12, port 2222",
      "servers user": "cozy",
      "servers setup user": "root",
      "servers identity": undefined,
      "servers at the same time": "10",
      "servers not reached": "abort",
      "servers builder": "10.0.0.30, port 22",
      "servers open ports": "8025",
      "balancer addresses": "10.0.0.0/24",
      "balancer ready path": "/balancer",
      "balancer leave": "10 s",
      "balancer ends TLS": "no",
      domain: "shop.example.org",
      "domain redirects": "www.shop.example.org",
      certificate: "given: /shop/chain.pem",
      "access password": "team, SITE of the environment's secrets",
      "access addresses": "10.0.0.0/8",
      "http largest body": "10 MB",
      "http answer within": "1 min",
      "http rate": "20 a second, burst 40",
      "http content security policy": undefined,
      "http HTTPS alone": "730 d, with names below",
      "http noindex": "no",
    });
  });
});
