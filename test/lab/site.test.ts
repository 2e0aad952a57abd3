import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasAuthority, startAuthority, type Authority } from "../../src/routing/nginx/testing/authority.ts";
import { ask, type SiteAnswer } from "../support/ask-site.ts";
import { createFleet, type FleetSandbox } from "../support/fleet.ts";
import { mayBeLeftOut } from "../support/may-be-left-out.ts";

/** Two hosts that end TLS themselves, with a certificate of an authority that finds the second one under the site's names. */
describe.skipIf(mayBeLeftOut(!hasAuthority))("a site with TLS, a password and an address list", () => {
  let folder: string;
  let authority: Authority;
  let issuer: string;
  let fleet: FleetSandbox;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cozy-site-"));
    fleet = await createFleet({
      hosts: 2,
      env: { SITE_PASSWORD: "open-sesame" },
      async withLab({ hosts }) {
        const [first, second] = hosts.map(({ address }) => address);
        const machine = (first ?? "").replace(/\d+$/, "1");
        const site = { address: second ?? "", httpPort: 80 };
        authority = await startAuthority({ folder, address: machine, site });
        const acme = `acme({ email: "team@shop.test", directory: "${authority.directory}", directoryRoot: "${authority.root}" })`;
        return `domains: { canonical: "shop.test", redirects: ["www.shop.test"], certificate: ${acme} },
      access: { password: { user: "team", value: fromEnvironment("SITE_PASSWORD") }, addresses: ["${machine}"] },
      http: { maxBody: "100KB" },`;
      },
    });
    issuer = await authority.issuer();
  });
  afterAll(async () => {
    await fleet?.dispose();
    await authority?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const at = (
    host: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<SiteAnswer> => {
    const url = fleet.urls[host]?.replace("http:", "https:") ?? "";
    return ask(`${url}${path}`, { host: "shop.test", ...headers }, issuer);
  };

  it("has one certificate everywhere, though the authority asked another host than the one that had to answer", async () => {
    const [first, second] = await Promise.all([at("host1", "/"), at("host2", "/")]);
    expect(first.fingerprint).toMatch(/^([0-9A-F]{2}:){31}/);
    expect(second.fingerprint).toBe(first.fingerprint);
    expect([first.status, second.status]).toEqual([401, 401]);
  });

  it("is deployed and proven all the same, and lets in who has the password and comes from where he may", async () => {
    await fleet.ok(["deploy", "staging"]);
    expect((await at("host1", "/venues", team)).status).toBe(200);
    expect((await at("host2", "/venues", { authorization: basic("team:wrong") })).status).toBe(401);
    const there =
      "curl -sk -o /dev/null -w '%{http_code}' -u team:open-sesame --resolve shop.test:443:127.0.0.1 https://shop.test/venues";
    expect(await fleet.on("host1", there)).toBe("403");
    // The password is the site's; the application has no use for it.
    expect(JSON.parse((await at("host1", "/headers", team)).text)).not.toHaveProperty("authorization");
  });

  it("has its security headers on answers of every kind", async () => {
    const css = await fleet.on("host1", "ls /var/lib/cozy/environments/tiny-staging/static");
    const asked: readonly (readonly [string, number, Promise<SiteAnswer>])[] = [
      ["a page", 200, at("host1", "/venues", team)],
      ["no password", 401, at("host1", "/venues")],
      ["a file", 200, at("host1", `/static/${css}`, team)],
      ["no such file", 404, at("host1", "/static/none.css", team)],
      ["too large", 413, at("host1", "/echo", { ...team, "content-length": "200000" })],
      ["another name", 301, at("host1", "/", { host: "www.shop.test" })],
      ["no TLS", 301, ask(`${fleet.urls["host1"]}/`, { host: "shop.test" })],
    ];
    for (const [what, status, answer] of asked) {
      const { status: got, headers } = await answer;
      expect([
        what,
        got,
        Object.fromEntries(Object.keys(expected).map((name) => [name, headers[name]])),
      ]).toEqual([what, status, expected]);
    }
    const moved = await ask(`${fleet.urls["host2"]}/a?b`, { host: "www.shop.test" });
    expect([moved.status, moved.headers["location"]]).toEqual([301, "https://shop.test/a?b"]);
  });

  it("is closed for maintenance to all but cozy", async () => {
    await fleet.ok(["maintenance", "staging", "on"]);
    expect((await at("host2", "/venues", team)).status).toBe(503);
    await fleet.commit({ "version.txt": "two\n" });
    await fleet.ok(["deploy", "staging"]);
    expect((await at("host1", "/venues", team)).status).toBe(503);
    await fleet.ok(["maintenance", "staging", "off"]);
    expect((await at("host1", "/venues", team)).text).toBe("two\n");
  });

  it("goes on with its access log after it was rotated", async () => {
    const logs = "/var/lib/cozy/environments/tiny-staging/logs";
    const before = await fleet.on("host1", `wc -l < ${logs}/access.log`);
    await fleet.on("host1", "logrotate -f /etc/logrotate.d/tiny-staging");
    for (let nth = 0; nth < 5; nth++) await at("host1", "/venues", team);
    expect(await fleet.on("host1", `wc -l < ${logs}/access.log; wc -l < ${logs}/access.log.1`)).toBe(
      `5\n${before}`,
    );
    expect((await fleet.cozy(["promises", "staging"])).stdout).toBe("x");
  });
});

const expected = {
  "strict-transport-security": "max-age=63072000; includeSubDomains",
  "x-content-type-options": "nosniff",
  "x-frame-options": "SAMEORIGIN",
  "referrer-policy": "strict-origin-when-cross-origin",
  "x-robots-tag": "noindex, nofollow",
};

function basic(pair: string): string {
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

const team = { authorization: basic("team:open-sesame") };
